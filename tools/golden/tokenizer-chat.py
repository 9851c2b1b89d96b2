"""Expected outputs of chat templates, by Jinja2 in the environment that Hugging Face's
transformers compiles templates in (made with jinja2 3.1.6, transformers 5.24.0).

    tokenizer-chat.py conformance CASES.json OUT.json
        CASES.json: [{"template": ..., "variables": {...}}], rendered one by one.
    tokenizer-chat.py matrix OUT.json CONVERSATIONS.json TEMPLATE...
        Every template (a .jinja file, a tokenizer_config.json or a .gguf) with every
        conversation of CONVERSATIONS.json.

A result is {"text": ...}, or {"error": message, "kind": exception's name}, with "spans"
in code points where the template has generation blocks. Both files are JSON, in which
1.0 and 1 differ.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from transformers.utils import chat_template_utils as hf

NOW = datetime(2024, 7, 26, 15, 4, 5)


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


hf.datetime = Clock


def render(source, variables):
    try:
        template = hf._cached_compile_jinja_template(source)
        blocks, spans = [], []
        with template.environment.activate_tracker(blocks, spans):
            for block in template.generate(**variables):
                blocks.append(block)
        result = {"text": "".join(blocks)}
        if spans:
            result["spans"] = spans
        return result
    except Exception as error:  # whatever a template may raise
        return {"error": str(error), "kind": type(error).__name__}


def templates_of(path):
    path = Path(path)
    if path.suffix == ".gguf":
        from gguf import GGUFReader

        field = GGUFReader(path).get_field("tokenizer.chat_template")
        return {"": field.contents()} if field else {}
    if path.suffix == ".json":
        config = json.loads(path.read_text())
        found = config.get("chat_template")
        tokens = {
            name: value["content"] if isinstance(value, dict) else value
            for name in ("bos_token", "eos_token")
            if (value := config.get(name)) is not None
        }
        if found is None:
            return {}
        if isinstance(found, list):
            return {entry["name"]: (entry["template"], tokens) for entry in found}
        return {"": (found, tokens)}
    return {"": path.read_bytes().decode()}


def main():
    mode = sys.argv[1]
    if mode == "conformance":
        cases = json.loads(Path(sys.argv[2]).read_text())
        results = [render(case["template"], case.get("variables", {})) for case in cases]
        out = [{**case, **result} for case, result in zip(cases, results)]
        Path(sys.argv[3]).write_text("[\n" + ",\n".join(json.dumps(o) for o in out) + "\n]\n")
        return
    conversations = json.loads(Path(sys.argv[3]).read_text())
    out = []
    for path in sys.argv[4:]:
        for name, found in templates_of(path).items():
            source, tokens = found if isinstance(found, tuple) else (found, {})
            tokens = {"bos_token": "<s>", "eos_token": "</s>", **tokens}
            results = {
                key: render(source, {"tools": None, "documents": None, "add_generation_prompt": False, **tokens, **variables})
                for key, variables in conversations.items()
            }
            out.append({"path": path, "name": name, "source": source, "tokens": tokens, "results": results})
    Path(sys.argv[2]).write_text(json.dumps(out))


main()

"""Expected outputs of chat templates, by Jinja2 in the environment that Hugging Face's
transformers compiles templates in (made with jinja2 3.1.6, transformers 5.24.0).

    tokenizer-chat.py conformance CASES.txt OUT.json
        A template a line, with U+23CE for a newline, rendered with the variables below.
    tokenizer-chat.py matrix OUT.json CONVERSATIONS.json TEMPLATE...
        Every template (a .jinja file, a tokenizer_config.json or a .gguf) with every
        conversation of CONVERSATIONS.json.

    tokenizer-chat.py digests MATRIX.json OUT.json
        What the matrix says, short: by the SHA-256 of a template's source, for every
        conversation the start of the SHA-256 of the text, or "!" where it is refused.

A result is {"text": ...}, or {"error": message, "kind": exception's name}, with "spans"
in code points where the template has generation blocks. Both files are JSON, in which
1.0 and 1 differ.
"""

import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path

from transformers.utils import chat_template_utils as hf

NOW = datetime(2024, 7, 26, 15, 4, 5)
VARIABLES = """{
  "l": [1, 2, 3],
  "d": {"a": 1, "n": null, "f": 1.0, "t": true, "big": 123456789012345678901234567890},
  "m": {"items": [1], "get": 2},
  "j": {"a": [1, 2.0, "x"], "b": {"c": null, "d": []}, "e": "é<>&'\\"😀", "f": {}},
  "big": 18446744073709551616,
  "nested": {"a": [{"b": "deep"}]},
  "tree": [{"n": "a", "c": [{"n": "b", "c": []}, {"n": "c", "c": [{"n": "d"}]}]}, {"n": "e"}],
  "users": [
    {"name": "bob", "age": 30, "admin": true, "tags": ["x", "y"]},
    {"name": "Al", "age": 20.5, "admin": false, "tags": []},
    {"name": "cy", "age": 25, "admin": true, "tags": ["z"]}
  ],
  "messages": [
    {"role": "system", "content": " Be brief. "},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"}
  ]
}"""


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


hf.datetime = Clock


def render(source, variables):
    try:
        template = hf._compile_jinja_template(source)
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


def digest(text, length=16):
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def main():
    mode = sys.argv[1]
    if mode == "conformance":
        lines = Path(sys.argv[2]).read_text().split("\n")[:-1]
        variables = json.loads(VARIABLES)
        cases = []
        for line in lines:
            template = line.replace("\u23ce", "\n")
            cases.append(json.dumps({"template": template, **render(template, json.loads(VARIABLES))}))
        Path(sys.argv[3]).write_text(
            '{"madeBy": "tools/golden/tokenizer-chat.py, jinja2 3.1.6, transformers 5.24.0",\n"variables": '
            + json.dumps(variables) + ',\n"cases": [\n' + ",\n".join(cases) + "\n]}\n"
        )
        return
    if mode == "digests":
        matrix = json.loads(Path(sys.argv[2]).read_text())
        lines = {
            digest(entry["source"], 64): {
                key: digest(result["text"]) if "text" in result else "!"
                for key, result in entry["results"].items()
            }
            for entry in matrix
        }
        Path(sys.argv[3]).write_text(
            '{"madeBy": "tools/golden/tokenizer-chat.py, jinja2 3.1.6, transformers 5.24.0",\n"templates": {\n'
            + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(lines.items()))
            + "\n}}\n"
        )
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

"""Writes packages/sampler/test/golden/json-schema-suite.json.

The required tests of JSON-Schema-Test-Suite (MIT, Julian Berman and others,
https://github.com/json-schema-org/JSON-Schema-Test-Suite), draft 2020-12, as they
come in the source distribution of jsonschema 4.26.0 on PyPI:

    pip download --no-deps --no-binary :all: jsonschema==4.26.0
    python tools/golden/json-schema-suite.py jsonschema-4.26.0.tar.gz
"""

import json
import sys
import tarfile
from pathlib import Path

FOLDER = "jsonschema-4.26.0/json/tests/draft2020-12/"
OUT = Path(__file__).parents[2] / "packages/sampler/test/golden/json-schema-suite.json"

files = {}
with tarfile.open(sys.argv[1]) as archive:
    for member in archive.getmembers():
        if not member.name.startswith(FOLDER) or not member.name.endswith(".json"):
            continue
        name = member.name[len(FOLDER) : -len(".json")]
        if "/" in name:  # optional tests
            continue
        groups = json.load(archive.extractfile(member))
        files[name] = [
            [g["description"], g["schema"], [[t["description"], t["data"], t["valid"]] for t in g["tests"]]]
            for g in groups
        ]

lines = ",\n".join(
    f"{json.dumps(name)}: [\n"
    + ",\n".join(json.dumps(group, separators=(",", ":"), ensure_ascii=False) for group in groups)
    + "\n]"
    for name, groups in sorted(files.items())
)
source = "JSON-Schema-Test-Suite, draft 2020-12, as in jsonschema 4.26.0; tools/golden/json-schema-suite.py"
OUT.write_text(f'{{"source": {json.dumps(source)},\n"files": {{\n{lines}\n}}}}\n')

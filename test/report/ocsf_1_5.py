"""Holds lines of OCSF 1.5.0 against the whole schema of that version: `ocsf_1_5.py FILE`. Prints a count of both kinds."""

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

CLASSES = {3003: "authorize_session", 6003: "api_activity"}


def main() -> int:
    schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.5.0"))
    validators = {
        uid: Draft202012Validator(schemas.get_class_schema(name, ["cloud"]))
        for uid, name in CLASSES.items()
    }
    passed = failed = 0
    seen = set()
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            seen.add(event["class_uid"])
            errors = list(validators[event["class_uid"]].iter_errors(event))
            failed += bool(errors)
            passed += not errors
            for error in errors[:3]:
                print("/".join(map(str, error.absolute_path)), error.validator, error.message[:200])
    if seen != set(CLASSES):
        print("not every class was written")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

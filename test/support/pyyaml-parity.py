#!/usr/bin/env python3
"""Asks PyYAML for its answer to every document of src/yaml/pyyaml-parity.json.

Without arguments the answers in the file are refreshed in place ("py" of each entry); with --print the fresh
answers go to standard output as a JSON array. Only the inputs, "deviation" and "ours" are written by hand.
"""
import datetime
import json
import pathlib
import sys

import yaml

TABLE = pathlib.Path(__file__).resolve().parents[2] / "src" / "yaml" / "pyyaml-parity.json"


def encode(value):
    """A Python value as JSON that keeps apart what JSON would mix up."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"$int": str(value)}
    if isinstance(value, float):
        return {"$float": repr(value)}
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, (datetime.date, datetime.datetime)):
        return {"$date": str(value)}
    if isinstance(value, set):
        return {"$set": sorted((encode(item) for item in value), key=json.dumps)}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return {"$map": [[encode(key), encode(item)] for key, item in value.items()]}


def answer(text):
    try:
        return {"value": encode(yaml.safe_load(text))}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return {"refused": [mark.line + 1, mark.column + 1] if mark else None}
    except Exception:  # PyYAML crashes on some texts (`0x_`, `!!bool maybe`)
        return {"refused": None}


def main():
    entries = json.loads(TABLE.read_text(encoding="utf-8"))
    fresh = [answer(entry["yaml"]) for entry in entries]
    if sys.argv[1:] == ["--print"]:
        json.dump(fresh, sys.stdout)
        return
    for entry, py in zip(entries, fresh):
        entry["py"] = py
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=True) for entry in entries)
    TABLE.write_text("[\n" + lines + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""What Debian's cloud-init makes of user_data: one process for all documents, inside the root that has it.

Standard input: a JSON list of {"userData": base64, "names": map or null}. Standard output: for each the merged
cloud-config, the scripts by kind and name, and the hooks.
"""
import base64
import contextlib
import io
import json
import os
import shutil
import sys
import tempfile

from cloudinit import handlers, helpers, subp, user_data, util
from cloudinit.handlers.boot_hook import BootHookPartHandler
from cloudinit.handlers.cloud_config import CloudConfigPartHandler
from cloudinit.handlers.jinja_template import JinjaTemplatePartHandler
from cloudinit.handlers.shell_script import ShellScriptPartHandler
from cloudinit.handlers.shell_script_by_frequency import ShellScriptByFreqPartHandler
from cloudinit.settings import PER_ALWAYS, PER_INSTANCE, PER_ONCE

subp.subp = lambda *args, **kwargs: ("", "")


class Instance:
    def get_instance_id(self):
        return "i-1"


def read_folder(path):
    if not os.path.isdir(path):
        return {}
    found = {}
    for name in sorted(os.listdir(path)):
        full = os.path.join(path, name)
        if os.path.isfile(full):
            found[name] = util.load_file(full)
    return found


def answer(document):
    root = tempfile.mkdtemp()
    try:
        paths = helpers.Paths({"cloud_dir": root, "run_dir": os.path.join(root, "run")}, ds=Instance())
        os.makedirs(os.path.join(root, "run"))
        os.makedirs(os.path.join(root, "instance"))
        os.makedirs(os.path.join(root, "instances", "i-1"))
        util.write_file(paths.get_runpath("instance_data_sensitive"), json.dumps(document["names"] or {}))
        opts = {"paths": paths, "datasource": Instance()}
        config, script, hook = CloudConfigPartHandler(**opts), ShellScriptPartHandler(**opts), BootHookPartHandler(**opts)
        timed = [ShellScriptByFreqPartHandler(frequency, **opts) for frequency in (PER_ALWAYS, PER_INSTANCE, PER_ONCE)]
        known = helpers.ContentHandlers()
        everyone = [config, script, hook, *timed, JinjaTemplatePartHandler(**opts, sub_handlers=[config, script, hook])]
        for handler in everyone:
            known.register(handler)
            handlers.call_begin(handler, None, PER_INSTANCE)
        message = user_data.UserDataProcessor(paths).process(base64.b64decode(document["userData"]))
        handlers.walk(message, handlers.walker_callback, data={"handlers": known, "handlerdir": root, "data": None,
                      "frequency": PER_INSTANCE, "handlercount": 0, "excluded": []})
        for handler in everyone:
            handlers.call_end(handler, None, PER_INSTANCE)
        text = util.load_file(os.path.join(root, "instances", "i-1", "cloud-config.txt"), quiet=True)
        return {
            "config": util.load_yaml(text, default={}) or {},
            "scripts": read_folder(os.path.join(root, "instance", "scripts")),
            "boot": read_folder(os.path.join(root, "scripts", "per-boot")),
            "instance": read_folder(os.path.join(root, "scripts", "per-instance")),
            "once": read_folder(os.path.join(root, "scripts", "per-once")),
            "hooks": read_folder(os.path.join(root, "instances", "i-1", "boothooks")),
        }
    except Exception as error:
        return {"failed": type(error).__name__ + ": " + str(error)[:200]}
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main():
    documents = json.load(sys.stdin)
    with contextlib.redirect_stdout(io.StringIO()):
        answers = [answer(document) for document in documents]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()

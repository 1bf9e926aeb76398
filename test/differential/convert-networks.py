"""What cloud-init writes for network_data.json, for many of them and every format in one process.

Standard input: a JSON list of {"name", "data", "macs", "infiniband"}: the text of network_data.json, ["NAME,MAC", ...] as the option -m
takes them, and {NAME: MAC} of InfiniBand NICs, which the converter otherwise looks for on the machine that it runs on.
Standard output: JSON, by name and format, of {"files": {path: text}} or {"error", "message"}.
Each one goes through the function behind `cloud-init devel net-convert`, with the arguments that its parser makes of a command line.
"""
import contextlib
import copy
import io
import json
import logging
import os
import sys
import tempfile

from cloudinit import distros, net
from cloudinit.cmd.devel import net_convert
from cloudinit.net import network_state

# By format: the distribution whose paths and options the renderer gets.
FORMATS = {
    "eni": "debian",
    "netplan": "debian",
    "networkd": "debian",
    "network-manager": "rhel",
    "sysconfig": "rhel",
}


def read_tree(folder):
    files = {}
    for below, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(below, name)
            with open(path, encoding="utf-8") as file:
                files[path[len(folder) :]] = file.read()
    return files


def convert(job, output, distro):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "network")
        with open(source, "w", encoding="utf-8") as file:
            file.write(job["data"])
        target = os.path.join(folder, "tree")
        argv = ["-p", source, "-k", "network_data.json", "-d", target]
        argv += ["-D", distro, "-O", output]
        for mac in job["macs"]:
            argv += ["-m", mac]
        # The converter shortens a path of the class; a second call would shorten it again.
        cls = distros.fetch(distro)
        kept = copy.deepcopy(cls.renderer_configs)
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                args = net_convert.get_parser().parse_args(argv)
                net_convert.handle_args(net_convert.NAME, args)
        except Exception as error:  # Whatever a converter raises is its answer.
            message = str(error).replace(folder, "")
            return {"error": type(error).__name__, "message": message}
        finally:
            cls.renderer_configs = kept
        return {"files": read_tree(target)}


def main():
    logging.disable(logging.CRITICAL)
    # A text for the log alone, made anew for each link: with 64 links it takes most of the time.
    network_state.NetworkStateInterpreter.dump_network_state = lambda _: ""
    result = {}
    for job in json.load(sys.stdin):
        net.get_ib_hwaddrs_by_interface = lambda job=job: job["infiniband"]
        result[job["name"]] = {
            output: convert(job, output, distro)
            for output, distro in FORMATS.items()
        }
    json.dump(result, sys.stdout)


main()

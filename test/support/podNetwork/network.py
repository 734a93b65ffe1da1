"""A node's network, with a namespace for each pod and one for all that is outside. Run by network.ts as the first process of mount
and process namespaces that end with it, and with it every network namespace. A line of JSON is a command; so is each answer.

Pods are routed, not bridged: what they send to each other is forwarded, as K3s has it by net.bridge.bridge-nf-call-iptables.
"""

import ctypes
import json
import os
import resource
import socket
import subprocess
import sys
import threading

import connections
from connections import CLONE_NEWNET, LIBC, SPACES, enter, remember

HELD, PROGRAMS = {}, {}


def run(*args, text=None):
    done = subprocess.run(args, input=text, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(args)}: {done.stderr.strip()}")


def ip(lines, *options):
    run("ip", *options, "-batch", "-", text="\n".join(lines) + "\n")


def add_address(address, device):
    """Line that adds it, at once usable."""
    return f"addr add {address}/128 dev {device} nodad" if ":" in address else f"addr add {address}/32 dev {device}"


def add(name, addresses, listen, outside=False):
    """A namespace with these addresses that listens. A pod's are at its end of a link; those of the outside lead to nobody else."""
    run("ip", "netns", "add", name)
    SPACES[name] = os.open(f"/run/netns/{name}", os.O_RDONLY)
    link = f"v{len(SPACES)}"
    ip([f"link add {link} type veth peer name eth0 netns {name}", f"link set {link} up",
        f"addr add fe80::1/64 dev {link} nodad"])
    device = "lo" if outside else "eth0"
    ip(["link set lo up", "link set eth0 up", "addr add fe80::2/64 dev eth0 nodad"]
       + [add_address(one, device) for one in addresses]
       + [f"route add default via {GATEWAY} dev eth0 onlink", "route add ::/0 via fe80::1 dev eth0"], "-n", name)
    if outside:
        ip([f"route add default dev {link}", f"route add ::/0 via fe80::2 dev {link}"])
    else:
        ip([f"route add {one} via fe80::2 dev {link}" if ":" in one else f"route add {one} dev {link}" for one in addresses])
    connections.listen(name, listen)


def forward(port):
    """Lets the node reach a port of the machine's loopback at its own."""
    server = socket.create_server(("127.0.0.1", port), backlog=64)

    def copy(one, other):
        try:
            while text := one.recv(65536):
                other.sendall(text)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept():
        enter("machine")
        while True:
            near = server.accept()[0]
            try:
                far = socket.create_connection(("127.0.0.1", port))
            except OSError:
                near.close()
                continue
            for pair in ((near, far), (far, near)):
                threading.Thread(target=copy, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def node(addresses, gateway, listen, api):
    global GATEWAY
    GATEWAY = gateway
    run("mount", "-t", "tmpfs", "none", "/run")
    remember("machine")
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    remember("node")
    ip(["link set lo up"] + [add_address(one, "lo") for one in [gateway, *addresses]])
    # a refused connection is told by ICMP, of which a kernel sends a few at a time
    for name, value in {"ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1, "ipv4/icmp_ratelimit": 0, "ipv6/icmp/ratelimit": 0,
                        "ipv4/icmp_msgs_per_sec": 1000000, "ipv4/icmp_msgs_burst": 100000}.items():
        try:
            with open(f"/proc/sys/net/{name}", "w") as file:
                file.write(str(value))
        except FileNotFoundError:
            pass
    connections.listen("node", listen)
    forward(api)


def start(name, args, log):
    with open(log, "ab") as file:
        PROGRAMS[name] = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=file, stderr=file)


def end(name):
    PROGRAMS[name].kill()
    PROGRAMS.pop(name).wait()


def hold(name, tried):
    HELD[name] = connections.begin(*tried)


COMMANDS = {
    "node": node, "add": add, "start": start, "end": end, "hold": hold,
    "try": connections.reached,
    "first": connections.first,
    "talk": lambda name, seconds: connections.talk(HELD[name], seconds),
}

most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
for line in sys.stdin:
    command, *rest = json.loads(line)
    try:
        result = {"value": COMMANDS[command](*rest)}
    except Exception as error:  # told to whoever asked
        result = {"error": f"{command}: {error}"}
    print(json.dumps(result), flush=True)

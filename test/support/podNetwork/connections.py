"""Listeners and connections in any of the network namespaces that this process has entered, all of them in one thread."""

import ctypes
import os
import resource
import select
import socket
import struct
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
EPOLL = select.epoll()
SPACES = {}  # descriptor of each namespace, by name
OURS = {}  # what listens or answers, by descriptor
RESET = struct.pack("ii", 1, 0)


def enter(space):
    """This thread's sockets and programs are of that namespace from now on."""
    if LIBC.setns(SPACES[space], CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"setns {space}")


def remember(space):
    """The namespace that this thread is in."""
    SPACES[space] = os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def own(one):
    OURS[one.fileno()] = one
    EPOLL.register(one, select.EPOLLIN)


def listen(space, places):
    """Answers in a namespace at each [address, port], by TCP and UDP, with what it is sent."""
    enter(space)
    for ip, port in places:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            one = socket.socket(socket.AF_INET6, kind | socket.SOCK_NONBLOCK)
            one.bind((ip if ":" in ip else f"::ffff:{ip}", port))
            if kind == socket.SOCK_STREAM:
                one.listen(4096)
            own(one)
    enter("node")


def serve(number):
    one = OURS[number]
    try:
        if one.type == socket.SOCK_DGRAM:
            one.sendto(*one.recvfrom(64))
        elif one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            peer = one.accept()[0]
            peer.setblocking(False)
            own(peer)
        elif text := one.recv(64):
            one.send(text)
        else:
            forget(number)
    except ConnectionError:
        if one.type == socket.SOCK_STREAM:
            forget(number)


def forget(number):
    EPOLL.unregister(number)
    OURS.pop(number).close()


def begin(space, ip, port, protocol):
    """A connection that has been begun, or None where the namespace has no way there."""
    enter(space)
    kind = socket.SOCK_STREAM if protocol == "TCP" else socket.SOCK_DGRAM
    one = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, kind | socket.SOCK_NONBLOCK)
    if protocol == "TCP":
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)  # leaves no TIME_WAIT
    try:
        one.connect((ip, port))
        if protocol == "UDP":
            one.send(b"?")
    except BlockingIOError:
        pass
    except OSError:
        one.close()
        return None
    finally:
        enter("node")
    return one


class Tries:
    """Connections that are tried at once. `reached` says of each whether it was answered; one that is refused, or has no answer in
    the time, was not."""

    def __init__(self, tries, seconds):
        self.reached, self.waiting = [False] * len(tries), {}
        for index, one in enumerate(tries):
            self.add(index, *one)
            if index % 64 == 0:
                self.look(0)
        end = time.monotonic() + seconds
        while self.waiting and time.monotonic() < end:
            self.look(0.05)
        for _, one in self.waiting.values():
            one.close()

    def add(self, index, space, ip, port, protocol):
        if one := begin(space, ip, port, protocol):
            self.waiting[one.fileno()] = (index, one)
            EPOLL.register(one, select.EPOLLOUT if protocol == "TCP" else select.EPOLLIN)

    def look(self, seconds):
        for number, _ in EPOLL.poll(seconds, 4096):
            if number in self.waiting:
                index, one = self.waiting.pop(number)
                self.reached[index] = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
                one.close()
            elif number in OURS:
                serve(number)


def reached(tries, seconds):
    """Of each connection whether it was answered. So many at a time as descriptors last, since each takes one: TCP over IPv6 misses
    a refusal that comes while it still sends, which is always here, and asks again after 1 s and 3 s."""
    many = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - len(OURS) - 500
    return sum((Tries(tries[at:at + many], seconds).reached for at in range(0, len(tries), many)), [])


def first(tried, wanted, seconds):
    """When a connection first ends as wanted, in nanoseconds of the monotonic clock; None if never. Tried all the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if Tries([tried], 4).reached == [wanted]:
            return time.monotonic_ns()
    return None


def talk(one, seconds):
    """Whether an open connection still answers."""
    end = time.monotonic() + seconds
    try:
        one.send(b"!")
        while time.monotonic() < end:
            for number, _ in EPOLL.poll(0.02, 64):
                serve(number)
            try:
                return one.recv(64) == b"!"
            except BlockingIOError:
                pass
    except OSError:
        pass
    return False

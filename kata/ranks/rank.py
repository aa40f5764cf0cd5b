"""One rank: a process that joins a group and does what the pool asks, until that is gone."""

import os
import pickle
import queue
import random
import signal
import socket
import sys
import threading
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy
import torch

from kata import frames, implementations, orphans, world
from kata.course import Course
from kata.ranks import starting
from kata.remote import names, report
from kata.remote.service import Output, captured

distributed: Any = torch.distributed

LOOPBACK = "127.0.0.1"  # by number: not every machine can resolve its own name
LIMIT = timedelta(minutes=10)  # the pool gives up long before
NOT_CALLS = ("wrapper",)  # what stands around each of PyTorch's functions


def serve(connection: Connection, number: int) -> None:
    """Do what the pool asks until it hangs up; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orphans.silence({connection.fileno()})
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    starting.preload()
    torch.set_num_threads(1)
    _use_loopback()
    # PyTorch then compares what the ranks call before it does it, and says where they differ. Without,
    # some of these mistakes end a process, and others give wrong numbers now and then.
    distributed.set_debug_level(distributed.DebugLevel.DETAIL)
    _Rank(connection, number).run()


def _use_loopback() -> None:
    """Have gloo listen where nobody else can reach it, and no firewall asks about it."""
    if sys.platform != "win32":  # there gloo knows adapters by other names, and takes what the hostname resolves to
        names_ = [name for _, name in socket.if_nameindex() if name in ("lo", "lo0")]
        os.environ.update({"GLOO_SOCKET_IFNAME": names_[0]} if names_ else {})


class _Rank:
    def __init__(self, connection: Connection, number: int) -> None:
        self.connection = connection
        self.number = number
        self.module: ModuleType | None = None
        self.place = Path()
        self.store: Any = None
        self.sending = threading.Lock()
        self.orders: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        self.main = threading.get_ident()

    def run(self) -> None:
        """Take one order after another; another thread hears when the pool is gone."""
        threading.Thread(target=self.listen, name="kata-pool", daemon=True).start()
        port = 0
        if self.number == 0:
            self.store = _store(0)
            port = self.store.port
        self.tell("ready", port)
        while True:
            match self.orders.get():
                case "join", int(job), int(world_size), int(port), loaded_as:
                    self.attempt("joined", self.join, job, world_size, port, loaded_as)
                case "work", str(name), bytes(given):
                    self.attempt("done", self.work, name, given)
                case ("leave",):
                    _leave()

    def listen(self) -> None:
        """Hear the pool, also while the learner's code runs."""
        while True:
            try:
                order = pickle.loads(self.connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(0)
            if order == ("where",):
                self.tell("waits", *self.where())
            else:
                self.orders.put(order)

    def tell(self, *message: Any) -> None:
        with self.sending:
            self.connection.send_bytes(pickle.dumps(message))

    def attempt(self, done: str, function: Any, *args: Any) -> None:
        """Tell what a function gives, or what it raised, and what was printed."""
        output = Output()
        try:
            with captured(output):
                result = function(*args)
            self.tell(done, result, output.text())
        except BaseException as error:
            self.tell("raised", report.describe(error, self.place), output.text())

    def join(self, job: int, world_size: int, port: int, loaded_as: tuple[Path, str, str] | None) -> None:
        """Load the learner's module if it is a new one, and meet the others in the default group."""
        if loaded_as is not None:
            root, implementation, topic = loaded_as
            self.place = implementations.source_file(Course(root), implementation, topic)
            implementations.import_needed(Course(root), topic)
            self.module = implementations.load(*loaded_as)
        world.reset(())
        # Ranks differ in their random numbers, as they do in real runs.
        torch.default_generator.manual_seed(self.number)
        numpy.random.seed(self.number)
        random.seed(self.number)
        if self.store is None:
            self.store = _store(port)
        store = distributed.PrefixStore(f"job-{job}", self.store)
        distributed.init_process_group("gloo", store=store, rank=self.number, world_size=world_size, timeout=LIMIT)

    def work(self, name: str, given: bytes) -> tuple[bytes, bool]:
        """Run a job; its result, and whether an impostor has spoiled anything."""
        impostors = sys.modules.get("kata.verify.impostors")
        if impostors:
            impostors.forget()
        result = names.resolve(name)(self.module, *pickle.loads(given))
        return pickle.dumps(result), bool(impostors and impostors.has_spoiled())

    def where(self) -> tuple[str, list[frames.Frame]]:
        """The function of `torch.distributed` that the learner's code is in, and its own lines."""
        call = ""
        found: list[frames.Frame] = []
        frame: FrameType | None = sys._current_frames().get(self.main)
        while frame is not None:  # innermost first
            name = frame.f_code.co_name
            if mine := frames.frame_in(frame, self.place):
                found.insert(0, mine)
            elif not found and _is_call(frame.f_globals.get("__name__", ""), name):
                call = name
            frame = frame.f_back
        return call, found


def _store(port: int) -> Any:
    """Where ranks find each other: the first one listens, on a port that the system chooses."""
    return distributed.TCPStore(
        LOOPBACK, port, is_master=port == 0, wait_for_workers=False, timeout=LIMIT, use_libuv=sys.platform != "win32"
    )


def _leave() -> None:
    """Leave the group; whoever waits for this rank there gets an error."""
    try:
        if distributed.is_initialized():
            distributed.destroy_process_group()
    except Exception:  # what the learner's code left behind: the next group does not come about then
        pass


def _is_call(module: str, name: str) -> bool:
    return module.startswith("torch.distributed") and not name.startswith("_") and name not in NOT_CALLS

"""Puts small faults into the sources, one at a time, and looks whether a test fails.

    python3 mutate.py [--count N] [--seed N] [--again]

All faults are compiled into one build, in .build-mutants, and switched on by their number. A first run of every suite
without any says how long it takes and which faults it reaches; each fault then has the suites that reach it, the shortest
first, until a test fails, crashes or hangs. mutants.txt, beside this file, is the list: a line a fault, its fields between
tabs. A run leaves out what the list knows to be found or judged, so one that was stopped goes on where it was.

A survivor is judged by hand: write "survived: equivalent because ..." in the list, or a test that fails.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import faults
import tree

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / ".build-mutants"
LIST = HERE / "mutants.txt"
# Faults that are run side by side.
JOBS = 2
# Resident bytes: a wrong extent may ask for all the memory there is.
MEMORY = 6 << 30
# Seconds of suites that are run together, the shortest first; what is left is one group.
GROUPS = (2, 10, 60)
# Their tests look at when threads do something, so a failure counts only where the same test passes without the fault.
TIMING = ("TeamTests", "CancellationTests", "ScheduleTests", "DenormalTests")
RUNNING = set()
# What is red in a terminal may be red in a pipe.
FAILED = re.compile(r"^(?:\x1b\[\d+m)?✘(?:\x1b\[0m)? Test (\S+?)\(.*recorded an issue")


def stop(process):
    """Ends a process and those that it started."""
    try:
        os.killpg(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def used(process):
    """What a process and those that it waited for have used: seconds of processors, and bytes that are resident."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        seconds = sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")
        return seconds, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0, 0


def in_parallel(function, items):
    """Results as they come; where this program is stopped, nothing goes on."""
    pool = concurrent.futures.ThreadPoolExecutor(JOBS)
    try:
        for future in concurrent.futures.as_completed([pool.submit(function, item) for item in items]):
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(RUNNING):
            stop(process)


def run_tests(bundle, filters, seconds, environment):
    """Runs tests until the first failure.

    `seconds` are those of processors that they take without a fault: other work on the machine does not count.
    Returns None where all pass, else what happened and the test's name; and the seconds.
    """
    command = [bundle, "--testing-library", "swift-testing"]
    command += [word for name in filters for word in ("--filter", f"^{re.escape(name)}(/|$)")]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"SWIFT_BACKTRACE": "enable=no"} | environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
    RUNNING.add(process.pid)
    taken, too_much = [0], []

    def watch():
        start = time.monotonic()
        while process.poll() is None:
            processor, resident = used(process.pid)
            taken[0] = max(taken[0], processor)
            # Threads that wait for each other take no processor.
            if processor > 20 + 4 * seconds or time.monotonic() - start > 600 + 30 * seconds:
                too_much.append("a hang")
            elif resident > MEMORY:
                too_much.append("too much memory")
            if too_much:
                return stop(process.pid)
            time.sleep(0.05)

    threading.Thread(target=watch, daemon=True).start()
    failure = None
    try:
        for line in process.stderr:
            match = FAILED.match(line)
            if match:
                failure = "a failure", match[1]
                break
        else:
            process.wait()
            if too_much or process.returncode:
                status = process.returncode
                how = f"a crash, signal {-status}" if status < 0 else f"exit status {status}"
                failure = too_much[0] if too_much else how, None
    finally:
        if process.poll() is None:
            stop(process.pid)
            process.wait()
        RUNNING.discard(process.pid)
    return failure, taken[0]


class Suites:
    """What is known of every suite: seconds, and the faults that it reaches."""

    def __init__(self, built):
        self.bundle = built.bundle
        listed = subprocess.run(
            [self.bundle, "--testing-library", "swift-testing", "--list-tests"], capture_output=True, text=True, check=True)
        self.tests = {}  # suite -> names of its tests
        for line in listed.stdout.split():
            suite, _, test = line.rpartition("/")
            self.tests.setdefault(suite or line, []).append((test or line).partition("(")[0])
        self.known = {}
        self.file = FOLDER / "suites.json"
        self.measure(built)

    def key(self, built, target):
        """Of all that a test target is built of."""
        hashed = hashlib.sha256()
        folders = ("Package.swift", "Sources", "Tests/TestSupport", "Tests/LayerCases", f"Tests/{target}")
        for path in sorted(path for top in folders for path in [built.root / top, *(built.root / top).rglob("*")]):
            if path.is_file():
                hashed.update(str(path.relative_to(built.root)).encode() + b"\0" + path.read_bytes())
        return hashed.hexdigest()

    def measure(self, built):
        keys = {target: self.key(built, target) for target in {suite.partition(".")[0] for suite in self.tests}}
        stored = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.known = {suite: known for suite, known in stored.items()
                      if suite in self.tests and known["key"] == keys[suite.partition(".")[0]]}
        missing = [suite for suite in self.tests if suite not in self.known]
        if missing:
            print(f"{len(missing)} suites without a fault, which takes as long as make test", flush=True)

        def run(suite):
            with tempfile.NamedTemporaryFile() as marks:
                marks.truncate(faults.MOST)
                failure, seconds = run_tests(
                    self.bundle, [suite], 3600, {"MUTANT": "-1", "MUTANTS_REACHED": marks.name})
                reached = [number for number, mark in enumerate(marks.read()) if mark]
            if failure:
                print(f"{suite} is left out: {failure[0]} without a fault", flush=True)
            return suite, {"key": keys[suite.partition(".")[0]], "seconds": round(seconds, 2), "reached": reached,
                           "passes": not failure}

        for suite, known in in_parallel(run, missing):
            self.known[suite] = known
            self.file.write_text(json.dumps(self.known))

    def reaching(self, number):
        """Groups of suites that reach a fault, with their seconds."""
        suites = [suite for suite, known in self.known.items() if known["passes"] and number in known["reached"]]
        suites.sort(key=lambda suite: self.known[suite]["seconds"])
        groups = [([], 0)]
        for suite in suites:
            seconds = self.known[suite]["seconds"]
            names, sum = groups[-1]
            limit = GROUPS[len(groups) - 1] if len(groups) <= len(GROUPS) else float("inf")
            if names and sum + seconds > limit:
                groups.append(([suite], seconds))
            else:
                groups[-1] = (names + [suite], sum + seconds)
        return [group for group in groups if group[0]]

    def verdict(self, number):
        """What becomes of a fault."""
        groups = self.reaching(number)
        if not groups:
            return "survived: no test reaches it"
        for suites, seconds in groups:
            while suites:
                failure, _ = run_tests(self.bundle, suites, seconds, {"MUTANT": str(number)})
                if not failure:
                    break
                what, test = failure
                suite = next((suite for suite in suites if test in self.tests[suite]), None)
                if not suite:
                    return f"found: {what}"
                if not suite.endswith(TIMING) or not run_tests(self.bundle, [suite], seconds, {"MUTANT": "0"})[0]:
                    return f"found: {suite.partition('.')[2]}.{test}"
                suites = [other for other in suites if other != suite]
        return "survived"


def read_list():
    """Verdicts by what tells a fault apart: its file, and its line before and after."""
    lines = LIST.read_text().splitlines() if LIST.exists() else []
    return {tuple(fields[:3]): fields[3] for fields in (line.split("\t") for line in lines) if len(fields) == 4}


def write_list(verdicts):
    text = "".join("\t".join([*key, verdict]) + "\n" for key, verdict in sorted(verdicts.items()))
    partial = LIST.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(LIST)


def is_settled(verdict):
    return verdict is not None and (verdict.startswith("found") or "equivalent because" in verdict)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="so many faults")
    parser.add_argument("--seed", type=int, default=1, help="which faults")
    parser.add_argument("--again", action="store_true", help="those too that the list knows; its judgements stay")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))

    files = tree.tracked(ROOT)
    sources = {path: content.decode() for path, content in files.items() if faults.is_mutated(path)}
    numbered = list(faults.numbered_faults(sources, arguments.seed).items())
    # A third more than asked for: some do not compile.
    numbered = dict(numbered[:arguments.count * 4 // 3 + 8])
    built = tree.Tree(files, FOLDER, numbered)
    print("Building, which takes ten minutes or more the first time", flush=True)
    built.build()
    chosen = dict(list(built.numbered.items())[:arguments.count])
    suites = Suites(built)

    # What the sources no longer say is no longer listed.
    lines = {path: {line.strip() for line in text.splitlines()} for path, text in sources.items()}
    verdicts = {key: verdict for key, verdict in read_list().items() if key[1] in lines.get(key[0], ())}
    pending = [number for number, fault in chosen.items()
               if arguments.again or not is_settled(verdicts.get(fault.key))]
    print(f"{len(chosen)} mutants, {len(pending)} to run", flush=True)

    def judge(number):
        start = time.monotonic()
        return number, suites.verdict(number), time.monotonic() - start

    for count, (number, verdict, seconds) in enumerate(in_parallel(judge, pending), 1):
        key = chosen[number].key
        if verdict.startswith("survived") and "equivalent because" in verdicts.get(key, ""):
            verdict = verdicts[key]
        verdicts[key] = verdict
        write_list(verdicts)
        print(f"{count}/{len(pending)}, {seconds:.0f} s, {number}: {key[0]}:{chosen[number].line}\n"
              f"  {key[1]}\n  {key[2]}\n  {verdict}", flush=True)

    found = sum(verdict.startswith("found") for verdict in verdicts.values())
    equivalent = sum("equivalent because" in verdict for verdict in verdicts.values())
    survived = len(verdicts) - found
    share = found / max(1, len(verdicts) - equivalent)
    print(f"{len(verdicts)} mutants: {found} found, {survived} survived, of them {equivalent} equivalent: "
          f"{100 * share:.1f} % of the others found")
    if share < 0.95 or survived > equivalent:
        sys.exit(f"judge the survivors in {LIST.relative_to(ROOT)}, or write a test that finds them")


if __name__ == "__main__":
    main()

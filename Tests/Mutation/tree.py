"""A copy of the package in which every chosen fault is switched on by its number, and what builds it."""

import concurrent.futures
import os
import re
import subprocess
import sys
from pathlib import Path

import faults

# MUTANT=k in the environment switches fault k on. MUTANT=-1 switches none on, but marks those that are reached in the file
# MUTANTS_REACHED, a byte each.
HEADER = """#ifndef MUTANT_H
#define MUTANT_H
extern int conv_mutant;
// To the compiler a constant, so that it moves no code for it.
__attribute__((const)) int conv_reach(int k);
static inline int conv_fault(int k) { return conv_mutant == k || (conv_mutant < 0 && conv_reach(k)); }
static inline int conv_sign(int k) { return conv_fault(k) ? -1 : 1; }
#endif
"""
SOURCE = """#include "mutant.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
int conv_mutant;
static volatile unsigned char *reached;
int conv_reach(int k) { return reached[k] = 1, 0; }
__attribute__((constructor)) static void read_environment(void) {
  const char *number = getenv("MUTANT"), *file = getenv("MUTANTS_REACHED");
  if (!number) return;
  conv_mutant = atoi(number);
  if (conv_mutant >= 0) return;
  void *bytes = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, open(file, O_RDWR), 0);
  if (bytes == MAP_FAILED) abort();
  reached = bytes;
}
"""
SWIFT = """import CConvolution

@inline(__always) func mutantOn(_ k: Int32) -> Bool { conv_fault(k) != 0 }
@inline(__always) func mutantOne<T: Numeric>(_ k: Int32) -> T { mutantOn(k) ? 1 : 0 }
@inline(__always) func mutantSign<T: SignedNumeric>(_ k: Int32) -> T { mutantOn(k) ? -1 : 1 }
"""
ERROR = re.compile(r"^(.+?):(\d+):\d+: (?:fatal )?error: (.*)", re.M)


def tracked(root):
    """The files of the repository, uncommitted ones too: their contents by path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, check=True)
    paths = [Path(root, name) for name in listed.stdout.decode().split("\0") if name]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths if path.is_file()}


class Tree:
    """The package with the faults `numbered`, number -> fault, in `folder`, which is kept from run to run."""

    def __init__(self, files, folder, numbered):
        self.files, self.folder = files, folder
        self.root, self.scratch, self.broken = folder / "tree", folder / "build", folder / "broken.txt"
        folder.mkdir(exist_ok=True)
        broken = set(self.broken.read_text().splitlines()) if self.broken.exists() else set()
        self.numbered = {number: fault for number, fault in numbered.items() if "\t".join(fault.key) not in broken}

    def write(self):
        contents = dict(self.files)
        contents["Sources/CConvolution/include/mutant.h"] = HEADER.encode()
        contents["Sources/CConvolution/mutant.c"] = SOURCE.encode()
        contents["Sources/CConvolution/include/CConvolution.h"] += b'#include "mutant.h"\n'
        for module in ("Convolution", "ConvolutionFiles", "ConvolutionGraph"):
            contents[f"Sources/{module}/Mutant.swift"] = SWIFT.encode()
        insertions = {}
        for number, fault in self.numbered.items():
            insertions.setdefault(fault.path, []).extend(
                (offset, compiled.replace("{k}", str(number))) for offset, compiled, _ in fault.insertions)
        for path, list in insertions.items():
            text = faults.with_insertions(contents[path].decode(), list)
            contents[path] = (text if path.endswith(".swift") else '#include "mutant.h"\n#line 1\n' + text).encode()
        for path, content in contents.items():
            target = self.root / path
            if not target.exists() or target.read_bytes() != content:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        # What the repository no longer has.
        for path in (path for top in ("Sources", "Tests") for path in (self.root / top).rglob("*")):
            if path.is_file() and str(path.relative_to(self.root)) not in contents:
                path.unlink()

    def build(self):
        """Builds the tests; faults that do not compile are left out of `numbered`, and written down for the next run."""
        for errors_of in (self.c_errors, self.build_errors):
            self.write()
            while messages := errors_of():
                dropped = self.guilty(messages)
                if not dropped:
                    sys.exit(messages[-4000:] + "\nno fault is near")
                print(f"{len(dropped)} faults do not compile", flush=True)
                with self.broken.open("a") as file:
                    file.writelines("\t".join(self.numbered.pop(number).key) + "\n" for number in dropped)
                self.write()

    def c_errors(self):
        """Of all C files at once, where a build stops at one."""
        def check(path):
            command = ["clang", "-std=c11", "-fsyntax-only", "-w", "-ferror-limit=0", "-fopenmp", "-I"]
            command += [self.root / "Sources/CConvolution/include", path]
            return subprocess.run(command, capture_output=True, text=True).stderr

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return "".join(pool.map(check, sorted((self.root / "Sources/CConvolution").rglob("*.c"))))

    def build_errors(self):
        command = ["swift", "build", "--build-tests", "--scratch-path", self.scratch]
        command += ["-Xswiftc", "-continue-building-after-errors", "-Xswiftc", "-suppress-warnings"]
        build = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        (self.folder / "build.log").write_text(build.stdout)
        return build.stdout if build.returncode else ""

    def guilty(self, messages):
        """The faults nearest to the errors, in lines above or below."""
        guilty = set()
        for path, line, _ in ERROR.findall(messages):
            path = os.path.relpath(os.path.realpath(path), os.path.realpath(self.root))
            near = [(abs(fault.line - int(line)), number) for number, fault in self.numbered.items() if fault.path == path]
            guilty |= {number for distance, number in near if distance == min(near)[0]}
        return guilty

    @property
    def bundle(self):
        return next(self.scratch.glob("*/debug/*.xctest"))

# `make help` lists the targets and the flags: this file's lines with ## and #:.

#: ISA=avx2         at most this instruction set: scalar, avx2 or avx512
#: THREADS=1        at most so many threads in run and bench; in compare a list, by default "1 2"
#: OPENMP=0         a single-threaded library that needs no libomp
#: LAYERS=resnet50  what bench, compare (by default peers) and fit (zoo) measure: a list in Benchmarks/Layers, a file or a
#:                  descriptor; zoo:60 is a sample of 60 layers of a list, always the same
#: MODELS=all       compare measures whole models instead: all of Tests/ConvolutionGraphTests/Models, names of them, or
#:                  folders like theirs
#: MODEL=file       where fit writes the cost model, by default cost-model.txt
#: BATCH=8          so many images a layer in bench and compare, whatever the list says
#: TRAIN=1          compare measures a layer's output and all its gradients
#: PEERS="ncnn mnn" what compare measures us beside, by default all in Benchmarks/Peers/peers
#: ROUNDS=5         how often compare measures everything, by default 3 times
#: RESULTS=folder   where compare writes, by default Benchmarks/Peers/results
#: SEED=2           of what exchange-test, fuzz, fuzz-files, soak and mutate make at random, by default 1
#: SECONDS=600      how long fuzz, fuzz-files and the callers of soak go on, by default a minute
#: RUNS=1000000     so many runs in soak, by default ten million
#: CASES=1000       after how many cases fuzz stops, and after how many inputs of a format fuzz-files, whatever SECONDS says
#: FORMATS="npy png" what fuzz-files makes files of, by default all formats (Tests/FileFuzz/Format.swift)
#: MUTANTS=50       so many faults in mutate, by default 200
#: AGAIN=1          mutate runs those faults too that its list knows
#: TESTS=GuardPage  sanitize and sanitize-threads run the tests alone whose names match
#: SHORT=1          exchange-test takes a part of everything
#: BASE=/docs       where a server will have the pages that docs builds, by default at its root
#: CONFIG=debug     debug or release; tests are debug where it is not given, all else release

ifdef ISA
  ifeq ($(filter $(ISA),scalar avx2 avx512),)
    $(error ISA: got $(ISA), expected scalar, avx2 or avx512)
  endif
  export CONVOLUTION_ISA := $(ISA)
endif
ifdef OPENMP
  export OPENMP
endif
LAYERS ?= $(if $(filter fit,$(MAKECMDGOALS)),zoo,peers)
MODEL ?= cost-model.txt
CONFIGURATION := $(or $(CONFIG),release)
MACHINE := $(if $(THREADS),--threads $(THREADS))
IMAGES := $(if $(BATCH),--batch $(BATCH))

# A library without OpenMP has a build folder of its own, so that neither build undoes the other.
SINGLE_THREADED := $(filter 0,$(OPENMP))
BUILD := $(if $(SINGLE_THREADED),.build-single-threaded,.build)
PACKAGES := $(if $(SINGLE_THREADED),,libomp-dev) libpng-dev libturbojpeg0-dev pkg-config zlib1g-dev

# What of the environment differs from one call of make to the next: where any of it does, SwiftPM compiles modules anew
# that nobody has changed, for minutes. OPENMP, which it is to see, has a build folder a value.
CALL := MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL MAKE_TERMOUT MAKE_TERMERR CONVOLUTION_ISA OLDPWD SHLVL _ \
  $(filter-out OPENMP,$(foreach variable,$(.VARIABLES),$(if $(findstring command line,$(origin $(variable))),$(variable))))
ALIKE := env $(addprefix -u ,$(CALL))

SWIFT_FILES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
PHOTOGRAPH := Benchmarks/Photographs/chelsea.png
WAIFU2X := Tests/ConvolutionGraphTests/Models/waifu2x_upconv7_photo_2x/model.onnx
BUILD_COMMAND := $(ALIKE) swift build -c $(CONFIGURATION) --scratch-path $(BUILD)
BUILD_BENCHMARKS := $(ALIKE) swift build -c $(CONFIGURATION) --package-path Benchmarks --scratch-path Benchmarks/$(BUILD)
CONVSOAK := $(BUILD)/$(CONFIGURATION)/convsoak
SOAKED_NETWORKS := $(foreach model,light_squeezenet_seeded light_shufflenet_seeded,Tests/ConvolutionGraphTests/Models/$(model)/model.onnx)
CONVBENCH := Benchmarks/$(BUILD)/$(CONFIGURATION)/convbench
COMPARE_LAYERS := compare.py --layers $(LAYERS) $(IMAGES) $(if $(TRAIN),--task training)
COMPARISON := $(if $(MODELS),compare_models.py --models $(MODELS),$(COMPARE_LAYERS)) --convbench $(CONVBENCH) \
  $(if $(PEERS),--peers $(PEERS)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
  $(if $(THREADS),--threads $(THREADS)) $(if $(RESULTS),--output $(RESULTS))

# A command whose output is seen only when it fails.
quietly = log=$$(mktemp) && { { $(1); } > "$$log" 2>&1 || { cat "$$log" >&2; rm "$$log"; exit 1; }; } && rm "$$log"

.DEFAULT_GOAL := help
.PHONY: setup build run test fuzz fuzz-files soak sanitize sanitize-threads memcheck mutate sbom exchange-test bench digits fit \
  compare docs format lint clean help

setup: ## install what is missing of the libraries to build with
	@command -v swift > /dev/null || { echo "swift is missing: install Swift 6.2 or newer" >&2; exit 1; }
	@missing=; \
	for package in $(PACKAGES); do \
	  dpkg -s $$package 2> /dev/null | grep -q '^Status: install ok installed' || missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit; \
	command -v apt-get > /dev/null || { echo "no apt-get here: install what Debian calls$$missing" >&2; exit 1; }; \
	if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	echo "Installing$$missing"; \
	$(call quietly,$$sudo apt-get update && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes $$missing)

build: setup ## build the library and the command
	@$(BUILD_COMMAND)

run: setup ## the tour: which side is padded, a layer timed, a photograph filtered and enlarged by a network, a profile
	@echo "Building, which takes five to ten minutes the first time on two cores"
	@$(call quietly,$(BUILD_BENCHMARKS) --product convbench && $(BUILD_BENCHMARKS) --product convolve)
	@mkdir -p $(BUILD)
	@echo
	@Benchmarks/$(BUILD)/$(CONFIGURATION)/convolve demo $(PHOTOGRAPH) --output $(BUILD)/chelsea-gaussian.png \
	  --network $(WAIFU2X) --enlarged $(BUILD)/chelsea-enlarged.png $(MACHINE)
	@echo
	@$(CONVBENCH) profile $(MACHINE)

test: setup ## run all tests
	@$(ALIKE) $(if $(CONVOLUTION_ISA),CONVOLUTION_ISA=$(CONVOLUTION_ISA)) swift test -c $(or $(CONFIG),debug) \
	  $(if $(filter release,$(CONFIG)),-Xswiftc -enable-testing) --scratch-path $(BUILD)

fuzz: setup ## random layers and networks in every way there is against float64, until one is wrong
	@$(call quietly,$(BUILD_COMMAND) --product convfuzz)
	@mkdir -p $(BUILD)/fuzz
	@$(BUILD)/$(CONFIGURATION)/convfuzz --output $(BUILD)/fuzz $(if $(SEED),--seed $(SEED)) \
	  $(if $(SECONDS),--seconds $(SECONDS)) $(if $(CASES),--cases $(CASES))

# Bounds are checked as in a debug build. C code is left as it is: it gets nothing of a file that Swift has not checked.
FUZZER = $(shell clang -print-file-name=libclang_rt.fuzzer_no_main-$(shell uname -m).a)
fuzz-files: setup ## libFuzzer on everything that reads files, for errors, memory and time; what it finds is in .build-files/fuzz
	@$(call quietly,FILEFUZZ=1 $(ALIKE) swift build -c release --scratch-path .build-files --product filefuzz \
	  -Xswiftc -sanitize=address -Xswiftc -Xfrontend -Xswiftc -sanitize=fuzzer -Xswiftc -assert-config -Xswiftc Debug \
	  -Xlinker $(FUZZER))
	@Tests/FileFuzz/run .build-files/release/filefuzz .build-files/fuzz $(or $(SECONDS),60) $(or $(SEED),1) \
	  $(or $(CASES),-1) $(FORMATS)

soak: setup ## many callers at once, then many runs of plans that come and go: right bits, flat memory
	@$(call quietly,$(BUILD_COMMAND) --product convsoak)
	@$(CONVSOAK) callers $(if $(SECONDS),--seconds $(SECONDS)) $(MACHINE) $(SOAKED_NETWORKS)
	@$(CONVSOAK) neighbour
	@$(CONVSOAK) runs $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED))

# Swift has no UndefinedBehaviorSanitizer on Linux; C has it, in the runtime that AddressSanitizer brings along.
# Kernels that are optimised fully, with all their checks, take the compiler an hour; so, a quarter of one. What other
# packages leave to the end of a process is no leak of ours, and memory that nobody has is to be an error of ours.
sanitize: setup ## all tests under AddressSanitizer, and the C code under UndefinedBehaviorSanitizer too
	@ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 $(ALIKE) swift test --scratch-path .build-address \
	  --sanitize=address -Xcc -O1 -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined \
	  $(if $(TESTS),--filter '$(TESTS)')

# ThreadSanitizer does not see into libomp: Archer, which comes with it, tells of its forks, joins and locks. Nor does it
# see a Mutex that is waited for: what is loaded first tells of that. A process that ends waits ten seconds for a task,
# which may take longer here.
ARCHER = $(lastword $(sort $(wildcard /usr/lib/llvm-*/lib/libarcher.so)))
MUTEX := $(CURDIR)/.build-thread/libmutex.so
TESTS_OF_THREADS = Team|Surroundings|Cancellation|BitIdentity|RunForm|Schedule|Gradient|PoolingBit|manyThreadsRunOnePlan
sanitize-threads: setup ## the tests of many threads and callers under ThreadSanitizer
	@mkdir -p $(dir $(MUTEX))
	@clang -std=c11 -Wall -Wextra -Werror -O1 -shared -fPIC -o $(MUTEX) Tests/ThreadSanitizer/mutex.c
	@LD_PRELOAD=$(MUTEX) OMP_TOOL_LIBRARIES=$(ARCHER) \
	  TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=1 die_after_fork=0 \
	  suppressions=$(CURDIR)/Tests/ThreadSanitizer/suppressions.txt" \
	  $(ALIKE) swift test --scratch-path .build-thread --sanitize=thread --filter '$(or $(TESTS),$(TESTS_OF_THREADS))' \
	  --skip aProcessEndsWhenOthersHaveLeftTheirRuns

memcheck: PACKAGES += valgrind binutils
memcheck: setup ## a layer, its gradients and a network under Valgrind's memcheck
	@$(call quietly,$(ALIKE) swift build --scratch-path $(BUILD) --product convolve)
	@Tests/Memcheck/run $(BUILD)/debug/convolve

mutate: setup ## put small faults into the sources, one at a time, and look whether a test finds them; hours
	@python3 Tests/Mutation/mutate.py $(if $(MUTANTS),--count $(MUTANTS)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(AGAIN),--again)

exchange-test: PACKAGES += python3-venv
exchange-test: setup ## exchange files with PyTorch, Keras, ONNX Runtime and Core ML tools, and compare what they compute
	@$(call quietly,$(BUILD_BENCHMARKS) --product convolve)
	@python3 Tests/Exchange/exchange.py --convolve Benchmarks/$(BUILD)/$(CONFIGURATION)/convolve \
	  $(if $(SEED),--seed $(SEED)) $(if $(SHORT),--short)

bench: setup ## measure the layers of LAYERS
	@$(call quietly,$(BUILD_BENCHMARKS))
	@$(CONVBENCH) $(LAYERS) $(MACHINE) $(IMAGES)

digits: setup ## learn to read handwritten digits; a loss curve goes to Benchmarks/.build
	@$(call quietly,$(BUILD_BENCHMARKS) --product digits)
	@Benchmarks/$(BUILD)/$(CONFIGURATION)/digits Benchmarks/$(BUILD)/digits-loss.svg

fit: setup ## fit a cost model to this machine, measuring every way to compute the layers of LAYERS
	@$(call quietly,$(BUILD_BENCHMARKS))
	@$(CONVBENCH) $(LAYERS) --fit $(MODEL)

compare: PACKAGES += python3-venv g++
compare: setup ## measure the layers of LAYERS, or the models of MODELS, beside other libraries
	@$(MAKE) --no-print-directory setup PACKAGES="libdnnl-dev libopenblas0-pthread" \
	  || echo "going on without oneDNN 2.6 and MLX" >&2
	@python3 Benchmarks/Peers/install.py
	@$(call quietly,$(BUILD_BENCHMARKS))
	@Benchmarks/Peers/.venv/bin/python Benchmarks/Peers/$(COMPARISON)

docs: setup ## build the reference and the articles as static pages, and say how to look at them
	@$(call quietly,$(ALIKE) .ci/docs $(BUILD) $(BASE))
	@echo "The pages are in $(BUILD)/documentation$(if $(BASE), for $(BASE) of a server)."
	$(if $(BASE),,@echo "Look at them: python3 -m http.server --directory $(BUILD)/documentation, at http://localhost:8000")

sbom: build ## a software bill of materials of what is built here (CycloneDX): .build/sbom.json
	@.ci/sbom $(BUILD) > $(BUILD)/sbom.json
	@echo "$(BUILD)/sbom.json"

format: ## format the Swift files
	@swift format --in-place --recursive $(SWIFT_FILES)

lint: ## check the format of the Swift files
	@swift format lint --strict --recursive $(SWIFT_FILES)

clean: ## remove all that was built
	@rm -rf .build .build-* Benchmarks/.build Benchmarks/.build-* Benchmarks/Peers/.venv* Tests/Exchange/.venv

help: ## list the targets and the flags
	@echo "make TARGET [FLAG=value ...]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@sed -n 's/^#: /  /p' $(MAKEFILE_LIST)

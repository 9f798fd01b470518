# Sluice's only Makefile. `make help` lists the targets; everything made goes below build/.
#
# Sources are found, not listed: a new .c file below engine, grammar or udf, a new
# tests/unit/test_*.c or tests/fuzz/fuzz_*.c is built without a change here.

MODE  ?= release
BUILD ?= build/$(MODE)

ifeq ($(origin CC),default)
CC    := gcc
endif
LEMON  ?= lemon
LEMPAR ?= $(firstword $(wildcard /usr/share/lemon/lempar.c /usr/local/share/lemon/lempar.c \
            /usr/share/lemon/lempar.tmpl) lempar.c)
RE2C   ?= re2c

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
ifdef WERROR
WARN += -Werror
endif

# A line a file; V=1 shows the commands.
ifndef V
Q   := @
say  = @echo "  $(1) $(patsubst $(BUILD)/%,%,$@)"
endif

SANITIZE := -fno-omit-frame-pointer -fno-sanitize-recover=all

CFLAGS_release  := -O3 -DNDEBUG
CFLAGS_debug    := -O0 -DSMALL_LIMITS
CFLAGS_asan     := -O1 -DSMALL_LIMITS $(SANITIZE) -fsanitize=address,undefined
CFLAGS_tsan     := -O1 -DSMALL_LIMITS $(SANITIZE) -fsanitize=thread
CFLAGS_fuzz     := -O1 -DSMALL_LIMITS $(SANITIZE) -fsanitize=fuzzer-no-link,address,undefined
LDFLAGS_asan    := -fsanitize=address,undefined
LDFLAGS_tsan    := -fsanitize=thread
LDFLAGS_fuzz    := -fsanitize=address,undefined

# A view of a short text holds its bytes itself; a pointer into one that is gone shows only with this.
export ASAN_OPTIONS ?= detect_stack_use_after_return=1

ifeq ($(filter $(MODE),release debug asan tsan fuzz),)
$(error MODE is "$(MODE)"; it can be release, debug, asan, tsan)
endif

ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -g $(WARN) -Iengine -I. -I$(BUILD)/gen \
              $(CFLAGS_$(MODE)) $(CFLAGS) $(EXACT)
ALL_LDFLAGS = -rdynamic -Wl,--as-needed $(LDFLAGS_$(MODE)) $(LDFLAGS)
LIBS        = -lyaml -ljansson -lsqlite3 -lz -ldeflate -lpcre2-8 -lsodium -ledit -lm -lpthread -ldl

# What there is. udf/example is a plug-in, not a part of the program.
EXAMPLE := $(sort $(wildcard udf/example/*.c))
MAIN    := $(wildcard engine/cli/main.c)
SRC     := $(filter-out $(MAIN) $(EXAMPLE), \
             $(sort $(shell find engine grammar udf -name '*.c' 2>/dev/null)))
GEN     := $(if $(wildcard grammar/parser.y),$(BUILD)/gen/parser.c) \
           $(if $(wildcard grammar/lexer.re),$(BUILD)/gen/lexer.c)
UNIT    := $(sort $(wildcard tests/unit/test_*.c))
SUPPORT := $(filter-out $(UNIT),$(sort $(wildcard tests/unit/*.c)))
FUZZ    := $(sort $(wildcard tests/fuzz/fuzz_*.c))
# Meters and checks call the engine; that of functions counts what that asks of the allocator.
METER   := tests/bench/functions.c tests/bench/rcf.c tests/nab/check.c
# Programs of one file that need nothing of the engine: generators and meters.
TOOLS   := $(filter-out $(METER),$(sort $(shell find queries tests/bench tests/differential tests/cli -name '*.c' 2>/dev/null)))

OBJ         := $(SRC:%.c=$(BUILD)/%.o) $(patsubst %.c,%.o,$(GEN))
MAIN_OBJ    := $(MAIN:%.c=$(BUILD)/%.o)
SUPPORT_OBJ := $(SUPPORT:%.c=$(BUILD)/%.o)
LIB         := $(BUILD)/libsluice.a
PROGRAM     := $(if $(MAIN),$(BUILD)/sluice)
UNIT_BIN    := $(UNIT:%.c=$(BUILD)/%)
FUZZ_BIN    := $(FUZZ:%.c=$(BUILD)/%)
TOOL_BIN    := $(TOOLS:%.c=$(BUILD)/%)
, := ,
METER_BIN   := $(METER:%.c=$(BUILD)/%)
EXAMPLE_SO  := $(BUILD)/example.so

FUZZ_SECONDS ?= 60

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all example test unit sql cli recovery personal differential bench check-nab fuzz fuzz-programs lint format docs demo deps packages clean \
        help FORCE

## all: the program, build/sluice
all: $(LIB) $(PROGRAM)
	@$(if $(PROGRAM),ln -sfn $(PROGRAM:build/%=%) build/sluice)

## example: the plug-in of udf/example, build/example.so
example: $(EXAMPLE_SO)
	@ln -sfn $(EXAMPLE_SO:build/%=%) build/example.so

## test: everything below tests/ and queries/, after installing what is missing
test: all $(UNIT_BIN) $(TOOL_BIN) $(EXAMPLE_SO)
	@tests/run.sh $(BUILD) unit sql docs cli queries differential recovery personal

## unit: the cmocka tests of tests/unit; ONLY=test_str for one program
unit: $(UNIT_BIN)
	@tests/unit/run.sh $(BUILD) $(ONLY)

## sql: the .test files of tests/ and queries/
sql: all
	@tests/run.sh $(BUILD) sql

## cli: the transcripts of tests/cli; ONLY=FILE.t for one
cli: all $(TOOL_BIN) $(EXAMPLE_SO)
	@tests/cli/run.sh $(BUILD) $(ONLY)

## recovery: kills runs and lets them go on; KILLS=200 SEED=1 for more, or the same again
recovery: all $(TOOL_BIN)
	@tests/recovery/run.sh $(BUILD) $(or $(KILLS),20) $(SEED)

## personal: looks for planted PERSONAL values in everything that runs write
personal: all $(TOOL_BIN)
	@tests/personal/run.sh $(BUILD)

## differential: random queries against SQLite; CASES=3000 SEED=1 for others, or the same again
differential: all $(TOOL_BIN)
	@tests/differential/run.sh $(BUILD) $(or $(CASES),3000) $(SEED)

## bench: measures the pipelines of tests/bench; PEERS=DIR measures others beside them
bench: all $(TOOL_BIN) $(METER_BIN)
	@tests/bench/run.sh $(BUILD) $(PEERS)

## check-nab: the forest against labelled real series; NAB=DIR has windows.json and the series
check-nab: $(BUILD)/tests/nab/check
	@test -n "$(NAB)" || { echo "make check-nab NAB=DIR: DIR holds windows.json and the series" >&2; exit 2; }
	@$(BUILD)/tests/nab/check "$(NAB)" tests/data/rcf/nab.csv

## fuzz: runs every target of tests/fuzz FUZZ_SECONDS (60) each; ONLY=fuzz_parser for one
fuzz:
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzz-programs
	@tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS) $(ONLY)

fuzz-programs: $(FUZZ_BIN)

## lint: include order, banned calls, size of files, format, static checks
lint: all
	@tests/lint/run.sh

## format: formats all C files in place
format:
	@tests/lint/format.sh --write

## docs: writes the generated pages of docs/reference
docs: all
	@tests/lint/pages.sh --write

## demo: generates hospital records, scores them and shows what was found
demo: all $(filter $(BUILD)/queries/%,$(TOOL_BIN))
	@queries/workshop/demo.sh $(BUILD)

## deps: installs the packages that building, testing and checking need
deps:
	@tests/ci/install-packages.sh build test check

## clean: removes build/
clean:
	rm -rf build

## help: this list
help:
	@echo "make TARGET [MODE=release|debug|asan|tsan] [CC=clang] [WERROR=1] [V=1]"
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' $(MAKEFILE_LIST) | expand -t 10 | sed 's/^/  /'

# Packages: `make test` and `make demo` install what is missing, the other targets only name it.
PACKAGES := $(if $(filter test,$(MAKECMDGOALS)),build test, \
             $(if $(filter demo,$(MAKECMDGOALS)),build, \
             $(if $(filter unit,$(MAKECMDGOALS)),--check build test, \
             $(if $(filter fuzz-programs,$(MAKECMDGOALS)),--check build check, \
             --check build))))

packages:
	@tests/ci/install-packages.sh $(PACKAGES)

# A change of compiler, flags or of the list of sources makes again what depends on it.
$(BUILD)/flags: FORCE | packages
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) : $(ALL_LDFLAGS) $(LIBS)' | cmp -s - $@ || \
	  echo '$(CC) $(ALL_CFLAGS) : $(ALL_LDFLAGS) $(LIBS)' > $@

$(BUILD)/sources: FORCE | packages
	@mkdir -p $(@D)
	@echo '$(OBJ) $(SUPPORT_OBJ)' | cmp -s - $@ || echo '$(OBJ) $(SUPPORT_OBJ)' > $@

# A score is the same in every bit whether or not a processor multiplies and adds in one step.
$(BUILD)/udf/rcf/%.o: EXACT := -ffp-contract=off

$(BUILD)/%.o: %.c $(BUILD)/flags | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags | $(GEN)
	$(call say,CC  )
	$(Q)$(CC) $(ALL_CFLAGS) -w -Igrammar -MMD -MP -c -o $@ $<

# lemon leaves a header that would be the same alone: it is made newer, so that make knows it was looked at.
$(BUILD)/gen/parser.c $(BUILD)/gen/parser.h &: grammar/parser.y | packages
	@mkdir -p $(@D)
	$(call say,GEN )
	$(Q)$(LEMON) -q -T$(LEMPAR) -d$(@D) $<
	@touch $(@D)/parser.h

$(BUILD)/gen/lexer.c: grammar/lexer.re $(filter %parser.c,$(GEN)) | packages
	@mkdir -p $(@D)
	$(call say,GEN )
	$(Q)$(RE2C) -W -Werror --no-debug-info -o $@ $<

$(LIB): $(OBJ) $(BUILD)/sources
	@rm -f $@
	$(call say,AR  )
	$(Q)ar rcs $@ $(OBJ)

$(BUILD)/sluice: $(MAIN_OBJ) $(LIB) $(BUILD)/flags
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(MAIN_OBJ) $(LIB) $(LIBS)

$(BUILD)/tests/unit/test_%: $(BUILD)/tests/unit/test_%.o $(SUPPORT_OBJ) $(LIB) $(BUILD)/sources
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(SUPPORT_OBJ) $(LIB) -lcmocka $(LIBS)

$(METER_BIN): %: %.o $(LIB)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) $(if $(filter %functions,$@),-Wl$(,)--wrap=malloc$(,)--wrap=calloc$(,)--wrap=realloc) -o $@ $< $(LIB) $(LIBS)

# All that a plug-in needs: its sources and one header.
$(EXAMPLE_SO): $(EXAMPLE) engine/sluice.h $(BUILD)/flags
	$(call say,LINK)
	$(Q)$(CC) -std=c17 $(WARN) $(CFLAGS_$(MODE)) -shared -fPIC -Iengine -o $@ $(EXAMPLE) -lm

$(TOOL_BIN): %: %.o
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< -lsqlite3 -lm $(TOOL_LIBS)

$(BUILD)/tests/cli/server: TOOL_LIBS := -lgnutls

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIB)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LIB) $(LIBS)

-include $(patsubst %.o,%.d,$(OBJ) $(MAIN_OBJ) $(SUPPORT_OBJ) $(UNIT_BIN:=.o) $(FUZZ_BIN:=.o) \
           $(TOOL_BIN:=.o) $(METER_BIN:=.o))

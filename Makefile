# The commands of the README. Everything else is CMake: cmake --preset dev && cmake --build --preset dev.

PRESET ?= dev
OUT ?= demo-out

.PHONY: demo test build asan tsan clang tidy format check-format soak soak-collector soak-pool clean

demo:
	scripts/install-packages build
	cmake --preset release -DASSIDU_TESTS=OFF
	cmake --build --preset release
	build/release/assidu demo --out $(OUT)

test: PRESET = dev
test:
	scripts/install-packages test
	cmake --preset $(PRESET) -DASSIDU_TESTS=ON
	cmake --build --preset $(PRESET)
	ctest --preset $(PRESET) -j 3

build:
	scripts/install-packages test
	cmake --preset $(PRESET)
	cmake --build --preset $(PRESET)

# The same tests under sanitizers and under clang 19.
asan tsan:
	scripts/install-packages test
	cmake --preset $@
	cmake --build --preset $@
	ctest --preset $@ -j 2

clang:
	scripts/install-packages lint
	cmake --preset clang
	cmake --build --preset clang
	ctest --preset clang -j 2

tidy:
	scripts/install-packages lint
	cmake --preset clang
	cmake --build --preset clang --target assidu
	git ls-files 'config/*.cpp' 'rpc/*.cpp' 'federation/*.cpp' 'reports/*.cpp' 'node/*.cpp' \
	  | xargs -P 2 -n 4 clang-tidy-19 -p build/clang --quiet

format:
	scripts/install-packages lint
	git ls-files '*.h' '*.cpp' | xargs clang-format-19 -i

check-format:
	scripts/install-packages lint
	git ls-files '*.h' '*.cpp' | xargs clang-format-19 --dry-run -Werror

# Long runs: the random tests many times over, each with another seed; 10,000 pools under faults.
soak: SEEDS ?= 10000
soak: SEED ?= 1000000
soak:
	scripts/install-packages test
	cmake --preset release -DASSIDU_TESTS=ON
	cmake --build --preset release
	ctest --preset release -j 2 --repeat until-fail:50 -R 'Properties|Random|Whatever|EventBlock'

	build/release/assidu-simulate --seed $(SEED) --count $(SEEDS) --keep diverging-seeds.txt

# The collector of a Moodle's database killed 200 times on each database, while others write.
soak-collector: KILLS ?= 200
soak-collector:
	scripts/install-packages test
	cmake --preset release -DASSIDU_TESTS=ON
	cmake --build --preset release --target test_database
	ASSIDU_TEST_KILLS=$(KILLS) build/release/test_database --gtest_filter='*KilledCollector*'

# A hub and a member killed 200 times while they exchange, at any moment; a hub that returns to 16 members.
soak-pool: KILLS ?= 200
soak-pool:
	scripts/install-packages test
	cmake --preset release -DASSIDU_TESTS=ON
	cmake --build --preset release --target test_pool
	ASSIDU_TEST_KILLS=$(KILLS) ASSIDU_TEST_BACKLOGS=16 build/release/test_pool --gtest_filter='Pool.KillsOnBothSides*:CatchUp.*'

clean:
	rm -rf build $(OUT)

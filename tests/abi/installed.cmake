# installed.cmake: what `cmake --install` leaves is of use by itself, also in another place: hello.c is
# built against it by find_package and by pkg-config, with and without the overlay.
#   cmake -DBUILD=... -DSCRATCH=... -DTESTS=... -DC_COMPILER=... -DC_FLAGS=... -P installed.cmake

# run(WHAT COMMAND...): it ends with expected (0 unless set before) and leaves its text in said.
set(expected 0)
macro(run what)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE ended OUTPUT_VARIABLE said ERROR_VARIABLE said_too)
    string(APPEND said "${said_too}")
    if(NOT ended EQUAL expected)
        message(FATAL_ERROR "${what}: ended with ${ended}, not ${expected}:\n${said}")
    endif()
endmacro()

function(must_exist)
    foreach(file IN LISTS ARGN)
        if(NOT EXISTS ${prefix}/${file})
            file(GLOB_RECURSE there RELATIVE ${prefix} ${prefix}/*)
            message(FATAL_ERROR "${file} was not installed; there are ${there}")
        endif()
    endforeach()
endfunction()

# hello without arguments says how it is called: so it was linked, and finds its library.
macro(run_hello program)
    set(expected 2)
    run("${program}" ${program})
    set(expected 0)
    if(NOT said MATCHES "hello ADDRESS SERVER.PUB LINE")
        message(FATAL_ERROR "${program} said: ${said}")
    endif()
endmacro()

unset(ENV{DESTDIR}) # of whoever packages us
file(REMOVE_RECURSE ${SCRATCH})
set(prefix ${SCRATCH}/prefix)
run("install" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
must_exist(include/parley/parley.h include/parley/parley_overlay.h include/parley/parley_sdl2.h
           include/parley/parley.hpp bin/parley bin/parley_sim lib/systemd/system/parley.service
           share/doc/parley/LICENSE share/doc/parley/third-party.md share/doc/parley/files.md
           share/doc/parley/samples/themes/dark.toml share/doc/parley/samples/themes/light.toml
           share/doc/parley/samples/lang/en.toml
           share/doc/parley/samples/cards/match.toml share/doc/parley/samples/cards/party.toml)
file(STRINGS ${prefix}/lib/systemd/system/parley.service started REGEX "^ExecStart=")
if(NOT started MATCHES "^ExecStart=${prefix}/bin/parley serve ")
    message(FATAL_ERROR "the unit does not start what was installed: ${started}")
endif()
run("parley version" ${prefix}/bin/parley version)
run("a simulated world" ${prefix}/bin/parley_sim --seed 1)

# A prefix may be moved: a game unpacks it where it likes.
file(RENAME ${prefix} ${SCRATCH}/moved)
set(prefix ${SCRATCH}/moved)
file(GLOB pkgconfig ${prefix}/*/pkgconfig ${prefix}/*/*/pkgconfig)
foreach(part IN ITEMS client overlay)
    run("configure with ${part}" ${CMAKE_COMMAND} -G Ninja -S ${TESTS}/installed -B ${SCRATCH}/${part}
        -DCMAKE_PREFIX_PATH=${prefix} -DPART=${part} -DHELLO=${TESTS}/hello.c
        -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_C_FLAGS=${C_FLAGS})
    run("build with ${part}" ${CMAKE_COMMAND} --build ${SCRATCH}/${part})
    run_hello(${SCRATCH}/${part}/hello)
endforeach()
foreach(library IN ITEMS parley_client parley)
    run("pkg-config ${library}" ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pkgconfig}
        pkg-config --cflags --libs ${library})
    separate_arguments(flags UNIX_COMMAND "${said}")
    separate_arguments(c_flags UNIX_COMMAND "${C_FLAGS}")
    run("compile with ${library}.pc" ${C_COMPILER} -std=c99 ${c_flags} ${TESTS}/hello.c
        -o ${SCRATCH}/hello_${library} ${flags} -Wl,-rpath,${prefix}/lib)
    run_hello(${SCRATCH}/hello_${library})
endforeach()

# A machine without a screen takes the client alone.
set(prefix ${SCRATCH}/headless)
run("install the client" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component client)
must_exist(include/parley/parley.h share/doc/parley/LICENSE)
file(GLOB_RECURSE there RELATIVE ${prefix} ${prefix}/*)
list(FILTER there INCLUDE REGEX "libparley\\.so|parley\\.service|bin/|parley_overlay|parley_sdl2")
if(there)
    message(FATAL_ERROR "the client alone brought ${there}")
endif()
set(expected 1)
run("configure without the overlay" ${CMAKE_COMMAND} -G Ninja -S ${TESTS}/installed
    -B ${SCRATCH}/missing -DCMAKE_PREFIX_PATH=${prefix} -DPART=overlay -DHELLO=${TESTS}/hello.c
    -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_C_FLAGS=${C_FLAGS})
if(NOT said MATCHES "without its part 'overlay'")
    message(FATAL_ERROR "a missing part is not named:\n${said}")
endif()
run("configure without naming a part" ${CMAKE_COMMAND} -G Ninja -S ${TESTS}/installed
    -B ${SCRATCH}/unnamed -DCMAKE_PREFIX_PATH=${prefix} -DPART= -DHELLO=${TESTS}/hello.c
    -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_C_FLAGS=${C_FLAGS})
if(NOT said MATCHES "COMPONENTS client")
    message(FATAL_ERROR "that the overlay is missing is not said:\n${said}")
endif()
file(REMOVE_RECURSE ${SCRATCH})

# install.cmake: what `cmake --install` puts where. Four parts, for packages of their own:
#   client   libparley_client.so, parley.h and parley.hpp, parley.cmake files, parley_client.pc
#   overlay  libparley.so, the headers of the overlay, parley.pc
#   server   the program parley, its systemd unit
#   sim      the program parley_sim
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/parley)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH prefix_from_pkgconfig /prefix/${pkgconfig_folder} /prefix)

# parley_install_library(PART TARGET SUMMARY): one shipped library, for CMake and for pkg-config.
function(parley_install_library part target summary)
    get_target_property(library ${target} OUTPUT_NAME)
    install(TARGETS ${target} EXPORT parley_${part}
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${part}
            RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${part}
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${part})
    install(EXPORT parley_${part} NAMESPACE parley:: FILE parley-${part}.cmake
            DESTINATION ${package_folder} COMPONENT ${part})
    configure_file(cmake/parley.pc.in ${PROJECT_BINARY_DIR}/package/${library}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/package/${library}.pc
            DESTINATION ${pkgconfig_folder} COMPONENT ${part})
endfunction()

set(parts)
if(PARLEY_PLUGIN)
    list(APPEND parts client)
    parley_install_library(client parley_client_shared "Chat for games: the client without a screen")
    install(FILES plugin/include/parley/parley.h plugin/include/parley/parley.hpp
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/parley COMPONENT client)
    install(FILES docs/files.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT client)
    install(DIRECTORY demo/cards DESTINATION ${CMAKE_INSTALL_DOCDIR}/samples COMPONENT client)
    write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/parley-config-version.cmake
                                     COMPATIBILITY SameMinorVersion)
    install(FILES cmake/parley-config.cmake
                  ${PROJECT_BINARY_DIR}/package/parley-config-version.cmake
            DESTINATION ${package_folder} COMPONENT client)
endif()
if(PARLEY_PLUGIN AND PARLEY_OVERLAY)
    list(APPEND parts overlay)
    parley_install_library(overlay parley_shared "Chat for games: the client and its overlay")
    install(FILES plugin/include/parley/parley_overlay.h plugin/include/parley/parley_sdl2.h
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/parley COMPONENT overlay)
    install(DIRECTORY plugin/overlay/themes plugin/lang
            DESTINATION ${CMAKE_INSTALL_DOCDIR}/samples COMPONENT overlay)
endif()
if(PARLEY_SERVER)
    list(APPEND parts server)
    install(TARGETS parley RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT server)
    # The unit names the program where it was installed.
    install(CODE "set(bin_folder \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
                  file(READ \"${PROJECT_SOURCE_DIR}/server/deploy/parley.service\" unit)
                  string(REPLACE \"/usr/bin/parley\" \"\${bin_folder}/parley\" unit \"\${unit}\")
                  file(WRITE \"${PROJECT_BINARY_DIR}/package/parley.service\" \"\${unit}\")"
            COMPONENT server)
    install(FILES ${PROJECT_BINARY_DIR}/package/parley.service
            DESTINATION lib/systemd/system COMPONENT server)
endif()
if(TARGET parley_sim)
    list(APPEND parts sim)
    install(TARGETS parley_sim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT sim)
endif()
foreach(part IN LISTS parts)
    install(FILES LICENSE docs/third-party.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT ${part})
endforeach()

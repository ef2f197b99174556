# find_package(parley [COMPONENTS client overlay]): parley::client (parley.h alone, for programs without
# a screen) and parley::parley (that, the overlay and its SDL2 adapter). Link one of them. Without
# COMPONENTS both must be there.
include("${CMAKE_CURRENT_LIST_DIR}/parley-client.cmake" OPTIONAL RESULT_VARIABLE parley_client_FOUND)
include("${CMAKE_CURRENT_LIST_DIR}/parley-overlay.cmake" OPTIONAL RESULT_VARIABLE parley_overlay_FOUND)
if(NOT parley_FIND_COMPONENTS AND NOT (parley_client_FOUND AND parley_overlay_FOUND))
    set(parley_FOUND FALSE)
    set(parley_NOT_FOUND_MESSAGE "Parley is installed without its overlay; what needs none asks by \
find_package(parley COMPONENTS client)")
endif()
foreach(part IN LISTS parley_FIND_COMPONENTS)
    if(parley_FIND_REQUIRED_${part} AND NOT parley_${part}_FOUND)
        set(parley_FOUND FALSE)
        set(parley_NOT_FOUND_MESSAGE "Parley is installed without its part '${part}'")
    endif()
endforeach()

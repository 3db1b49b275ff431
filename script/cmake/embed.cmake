# embed_files(OUTPUT FILE...): a C file with the bytes of each FILE, in the
# table that base/embedded.h describes; a file is found by its base name.
function(embed_files output)
  add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DFILES=${ARGN}"
              -P ${CMAKE_SOURCE_DIR}/script/cmake/embed_now.cmake
      DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/script/cmake/embed_now.cmake
      COMMENT "Building pages and scripts into the binary"
      VERBATIM)
endfunction()

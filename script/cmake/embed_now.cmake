# Run by embed_files() at build time.
set(bytes "")
set(rows "")
set(number 0)
foreach(file ${FILES})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," list "${hex}")
  get_filename_component(name ${file} NAME)
  string(APPEND bytes "static const unsigned char file_${number}[] = {${list}0};\n")
  string(APPEND rows "    {\"${name}\", (const char *)file_${number}, sizeof(file_${number}) - 1},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT}
    "#include \"base/embedded.h\"\n\n${bytes}\n"
    "const struct embedded embedded_files[] = {\n${rows}    {NULL, NULL, 0},\n};\n")

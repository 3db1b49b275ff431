# Compiler flags: warnings, hardening, sanitizers, coverage.
add_compile_options(-Wall -Wextra -Wshadow -Wvla -Walloca -Wpointer-arith -Wundef
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wformat=2 -Wwrite-strings -Wcast-qual -Wimplicit-fallthrough
    -fno-common -fstack-protector-strong)
# snprintf() is how text is cut to what fits, on purpose.
add_compile_options($<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>)
if(AFTERHOURS_WERROR)
  add_compile_options(-Werror)
endif()

if(AFTERHOURS_HARDEN)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
      -fstack-clash-protection -fcf-protection=full -fPIE)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

if(AFTERHOURS_SANITIZE)
  add_compile_options(-fsanitize=${AFTERHOURS_SANITIZE}
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${AFTERHOURS_SANITIZE})
endif()

if(AFTERHOURS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

if(AFTERHOURS_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()

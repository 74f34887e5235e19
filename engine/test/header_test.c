/* The headers are C, and a C program links the library. */
#include <stdio.h>

#include "pomai/pomai_c.h"
#include "pomai/pomai_x.h"

int main(void) {
  pomai_options_t options;
  pomai_options_init(&options);
  if (options.struct_size != sizeof(pomai_options_t)) {
    printf("FAILED: the library wrote struct_size %u, and C counts %zu\n", options.struct_size, sizeof options);
    return 1;
  }
  pomai_x_search_params_t params;
  pomai_x_search_params_init(&params);
  if (params.struct_size != sizeof(pomai_x_search_params_t)) {
    printf("FAILED: the library wrote struct_size %u, and C counts %zu\n", params.struct_size, sizeof params);
    return 1;
  }
  pomai_db_t* db = NULL;
  pomai_status_t* status = pomai_open(&options, &db); /* no path */
  const int code = pomai_status_code(status);
  pomai_status_free(status);
  return code == POMAI_STATUS_INVALID_ARGUMENT ? 0 : 1;
}

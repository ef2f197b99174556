if(PARLEY_PLUGIN)
    parley_fuzz(markup LINK parley_client parley_utf8)
endif()

parley_fuzz(hello LINK parley_link)
parley_fuzz(sealed_open LINK parley_link)
parley_fuzz(enet_commands LINK parley_link)

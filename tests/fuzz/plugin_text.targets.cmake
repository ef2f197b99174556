parley_fuzz(layout LINK parley_text)

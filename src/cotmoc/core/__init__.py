"""Values that every room uses: periods, text folding, problems with input. Pure, no I/O."""

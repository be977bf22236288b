"""Assessment rounds: bodies answer, verifiers appraise, bodies object, the result is published."""

"""API kit: an `Api` whose every answer is JSON, sign-in by token or session, paging, field types.

Knows no app: what it needs of people comes in as a function (see `cotmoc.config.api`).
"""

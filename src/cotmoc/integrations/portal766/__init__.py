"""Published figures of the national public-service portal's quality evaluation (QĐ 766/QĐ-TTg)."""

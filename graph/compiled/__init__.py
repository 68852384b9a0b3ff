"""Operations compiled to Python: what graphql-core would build by walking a selection, built by one generated function."""

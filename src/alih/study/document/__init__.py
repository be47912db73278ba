"""The sections of a study document as pydantic models, and problems of a document."""

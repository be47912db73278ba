"""What all pages share: facts of a study, tables, colours, templates."""

"""The pages of the catalogue: the shelf and its plans (`shelf`), what ships and waits for names (`drafts`),
where http steps lead (`endpoints`), texts that stand ready (`message_templates`)."""

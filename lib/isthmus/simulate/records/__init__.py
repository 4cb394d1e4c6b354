"""Its records as OpenAlex writes them: works, authors, institutions, sources, topics; and hostile ones."""

"""Files people send us: judged by content, kept for an unfinished form, asked of the malware scanner."""

"""Files people send us.

uploads        judged by size, name and content
draft_uploads  kept for a form that came back with an error
scanning       asked of the malware scanner
"""

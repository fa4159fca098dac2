"""Raw answers of HTTP servers, good, odd and broken, drawn with dice; both we and blackbox_exporter are asked.

kinds      what is drawn: framing, heads, encodings, redirects …
street     the server that sends each answer byte for byte, and notes what it was asked
reasons    why the two may disagree, each said once
"""

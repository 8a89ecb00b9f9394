def render(s): return b""

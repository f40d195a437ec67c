# Two stages: what builds stays behind, what runs is small.
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
ENV UV_PROJECT_ENVIRONMENT=/opt/bot UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY pyproject.toml uv.lock README.md ./
COPY bot ./bot
COPY knowledge ./knowledge
RUN uv sync --frozen --no-editable --extra semantic --extra postgres

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 bot && install -d -o bot -g bot /data
COPY --from=build /opt/bot /opt/bot
USER bot
ENV PATH=/opt/bot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite:////data/store.db MONITOR_HOST=0.0.0.0 MONITOR_PORT=9100
# All that is written at run time is in /data, and there only with SQLite: the rest may be read-only.
VOLUME /data
# The matcher is fitted here, once, so that a container starts in seconds and needs little memory.
RUN back-spasm-bot ask hello
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9100/healthz', timeout=4)"]
ENTRYPOINT ["back-spasm-bot"]
CMD ["run"]

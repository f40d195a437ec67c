# Two stages: what builds stays behind, what runs is small.
FROM python:3.12-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /src
ENV UV_PROJECT_ENVIRONMENT=/opt/bot UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY pyproject.toml uv.lock README.md ./
COPY bot ./bot
COPY knowledge ./knowledge
RUN uv sync --frozen --no-editable --extra semantic

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 bot
COPY --from=build /opt/bot /opt/bot
USER bot
ENV PATH=/opt/bot/bin:$PATH PYTHONUNBUFFERED=1
# The matcher is fitted here, once, so that a container starts in a second and needs little memory.
RUN back-spasm-bot ask hello
# There is no address to ask yet: that knowledge, matcher and assistant answer is what can be checked.
HEALTHCHECK --interval=5m --timeout=20s --start-period=20s CMD ["back-spasm-bot", "ask", "--json", "hello"]
ENTRYPOINT ["back-spasm-bot"]
CMD ["run"]

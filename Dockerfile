# Two stages: what builds stays behind, what runs is small.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/bot
COPY pyproject.toml README.md ./
COPY bot ./bot
COPY knowledge ./knowledge
RUN /opt/bot/bin/pip install --no-cache-dir .

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 bot
COPY --from=build /opt/bot /opt/bot
USER bot
ENV PATH=/opt/bot/bin:$PATH PYTHONUNBUFFERED=1
# The matcher is fitted here, once, so that a container starts in a second and needs little memory.
RUN back-spasm-bot ask hello
# Until there is an address to ask: knowledge, matcher and assistant answer.
HEALTHCHECK --interval=5m --timeout=20s --start-period=20s CMD ["back-spasm-bot", "ask", "--json", "hello"]
ENTRYPOINT ["back-spasm-bot"]
CMD ["run"]

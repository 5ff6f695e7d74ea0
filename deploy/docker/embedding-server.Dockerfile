# syntax=docker/dockerfile:1
# The embedding service, without models. Build from the root of the repository:
#   docker build -f deploy/docker/embedding-server.Dockerfile -t synapse-embedding-server:local .

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages ./eng/publish "linux-${TARGETARCH/amd64/x64}" --embedding-server
RUN mkdir -p /root-folders && mkdir -m 700 /root-folders/models && mv "artifacts/dist/embedding-server-linux-${TARGETARCH/amd64/x64}-framework" /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
COPY --from=build /app /app
# A named volume takes owner and mode from here, when it is first used.
COPY --from=build --chown=$APP_UID:$APP_UID /root-folders/ /
# On more than loopback it starts with a key alone: API_KEY_FILE.
ENV PATH="/app:${PATH}" HOST=0.0.0.0 PORT=8081 MODELS_FOLDER=/models DOTNET_EnableDiagnostics=0
WORKDIR /app
USER $APP_UID
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=6s --start-period=120s --retries=3 CMD ["/app/synapse-embedding-server", "--health"]
ENTRYPOINT ["/app/synapse-embedding-server"]

# syntax=docker/dockerfile:1
# The server and its command line. Build from the root of the repository:
#   docker build -f deploy/docker/server.Dockerfile -t synapse:local .

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages ./eng/publish "linux-${TARGETARCH/amd64/x64}"
RUN mkdir -p /root-folders && mkdir -m 700 /root-folders/data /root-folders/documents /root-folders/models && mv "artifacts/dist/linux-${TARGETARCH/amd64/x64}-framework" /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
COPY --from=build /app /app
# Named volumes take owner and mode from here, when they are first used.
COPY --from=build --chown=$APP_UID:$APP_UID /root-folders/ /
# The container's own network is what decides who reaches the port: publish it to loopback, or put a proxy before it.
ENV PATH="/app:${PATH}" SYNAPSE_DATA=/data SYNAPSE_HOST=0.0.0.0 PORT=3000 DOTNET_EnableDiagnostics=0
WORKDIR /app
USER $APP_UID
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/app/synapse", "health"]
ENTRYPOINT ["/app/synapse"]
CMD ["serve"]

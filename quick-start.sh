#!/usr/bin/env bash
# Starts Synapse with Docker Compose: checks what is there, makes .env and the secrets, starts, waits for health, prints the address.
# Run it again at any time: what is there is kept.
#
#   ./quick-start.sh                  asks for the mode, and for what the mode needs
#   ./quick-start.sh --mode openai    OpenAI; the key is asked for, or taken from OPENAI_API_KEY
#   ./quick-start.sh --mode azure     Azure OpenAI; AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_CHAT_DEPLOYMENT and AZURE_OPENAI_API_KEY likewise
#   ./quick-start.sh --mode local     local models, offline; a chat model lies in ./models (docs/local-offline-deployment.md)
#   ./quick-start.sh --mode none      no model server: answers are quotes
#
#   --documents DIR   the folder to index (default ./documents)
#   --port PORT       the port of the page (default 3000)
#   --no-pull         with --mode local: fetch no embedding model, it is in its volume already
#   --no-start        only make .env and the secrets
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { printf '%s\n' "$*"; }
fail() { printf 'quick-start: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '2,15s/^# \{0,1\}//p' "$0"; }

mode='' documents='' port='' pull=yes start=yes
while [ $# -gt 0 ]; do
    case "$1" in
        --mode | --documents | --port)
            [ $# -gt 1 ] || { printf 'quick-start: %s needs a value; see --help\n' "$1" >&2; exit 2; }
            case "$1" in --mode) mode=$2 ;; --documents) documents=$2 ;; --port) port=$2 ;; esac
            shift 2 ;;
        --no-pull) pull=no; shift ;;
        --no-start) start=no; shift ;;
        -h | --help) usage; exit 0 ;;
        *) printf "quick-start: there is no option '%s'; see --help\n" "$1" >&2; exit 2 ;;
    esac
done
case "$mode" in '' | openai | azure | local | none) ;; *) printf "quick-start: --mode is openai, azure, local or none, not '%s'\n" "$mode" >&2; exit 2 ;; esac
case "$port" in *[!0-9]*) printf "quick-start: --port is a number, not '%s'\n" "$port" >&2; exit 2 ;; esac

# A value of the environment, else one that is asked for. Secrets are not shown while they are typed.
answer=''
ask() { # NAME QUESTION [secret|optional]
    answer=${!1:-}
    [ -z "$answer" ] || return 0
    if [ -t 0 ] && [ "${3:-}" = secret ]; then
        read -r -s -p "$2: " answer || true
        printf '\n'
    else
        [ ! -t 0 ] || printf '%s: ' "$2"
        read -r answer || true
    fi
    [ -n "$answer" ] || [ "${3:-}" = optional ] || fail "$2 is needed: set $1, or type it."
}

check_docker() {
    command -v docker >/dev/null || fail "Docker is not installed, or 'docker' is not on the PATH. Install Docker Engine with its Compose plugin, or Docker Desktop: https://docs.docker.com/get-docker/"
    docker compose version >/dev/null 2>&1 || fail "Docker has no Compose plugin. Install it: https://docs.docker.com/compose/install/"
    docker info >/dev/null 2>&1 || fail "The Docker engine does not answer. Start it, or let this user reach it (on Linux, the group 'docker')."
}

choose_mode() {
    say 'Which models shall write the answers?'
    say '  1  OpenAI             a key; passages of your documents are sent there'
    say '  2  Azure OpenAI       a resource with a deployment; passages are sent there'
    say '  3  local models       a model file in ./models; nothing leaves this machine'
    say '  4  none               answers are quotes; nothing leaves this machine'
    [ ! -t 0 ] || printf 'Number: '
    read -r answer || true
    case "$answer" in
        1 | openai) mode=openai ;;
        2 | azure) mode=azure ;;
        3 | local) mode=local ;;
        4 | none) mode=none ;;
        *) fail "no mode was chosen: type 1, 2, 3 or 4, or run it with --mode." ;;
    esac
}

# The folder keeps others out; the files have to be readable by the users of the containers.
write_secret() { # NAME, content on the standard input
    [ -e "secrets/$1" ] && return 0
    cat > "secrets/$1.new"
    chmod 444 "secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
}
generate() {
    if command -v openssl >/dev/null; then openssl rand -hex 32; else od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; fi
}

make_settings() {
    local lines=() secret=''
    case "$mode" in
        openai)
            ask OPENAI_API_KEY 'Key of OpenAI (sk-...)' secret
            secret=$answer
            lines+=('OPENAI_API_KEY_FILE=/run/secrets/provider_key') ;;
        azure)
            ask AZURE_OPENAI_ENDPOINT 'Endpoint of the resource (https://NAME.openai.azure.com)'
            lines+=('USE_AZURE_OPENAI=true' "AZURE_OPENAI_ENDPOINT=$answer")
            ask AZURE_OPENAI_CHAT_DEPLOYMENT 'Name of the deployment that writes answers'
            lines+=("AZURE_OPENAI_CHAT_DEPLOYMENT=$answer")
            ask AZURE_OPENAI_EMBEDDING_DEPLOYMENT 'Name of the deployment that embeds (empty: embed on this machine)' optional
            [ -z "$answer" ] || lines+=("AZURE_OPENAI_EMBEDDING_DEPLOYMENT=$answer")
            ask AZURE_OPENAI_API_KEY 'Key of the resource' secret
            secret=$answer
            lines+=('AZURE_OPENAI_API_KEY_FILE=/run/secrets/provider_key') ;;
        local)
            lines+=('COMPOSE_FILE=docker-compose.local.yml' 'COMPOSE_PROFILES=llamacpp' "LLM_MODEL_FILE=$(find_model)") ;;
    esac
    [ -z "$documents" ] || lines+=("DOCUMENTS_FOLDER=$documents")
    [ -z "$port" ] || lines+=("PORT=$port")

    make_secrets
    printf '%s' "$secret" | write_secret provider_key
    (umask 077; { printf '# Made by quick-start for the mode %s. .env.example describes all settings.\n' "$mode"; [ ${#lines[@]} -eq 0 ] || printf '%s\n' "${lines[@]}"; } > .env.new)
    mv .env.new .env
}

make_secrets() {
    local name
    (umask 077; mkdir -p secrets)
    for name in database_admin_password database_password llm_key embedding_key; do
        [ -e "secrets/$name" ] || generate | write_secret "$name"
    done
}

find_model() {
    local files=(models/*.gguf)
    [ -e "${files[0]}" ] || fail "there is no chat model: put a GGUF file into ./models, such as one of https://huggingface.co/models?library=gguf (docs/local-offline-deployment.md says which)."
    [ ${#files[@]} -eq 1 ] || say "Several models lie in ./models; ${files[0]} is taken. LLM_MODEL_FILE in .env chooses another." >&2
    basename "${files[0]}"
}

[ "$start" = no ] || check_docker
if [ -f .env ]; then
    made=$(sed -n 's/^# Made by quick-start for the mode \([a-z]*\)\..*/\1/p' .env)
    [ -z "$mode" ] || [ -z "$made" ] || [ "$mode" = "$made" ] || fail "the file .env is for the mode $made. Change it by hand, or move it and secrets/provider_key away and run this again."
    mode=${made:-${mode:-kept}}
    say "The file .env is there already and is kept."
    make_secrets
    [ -e secrets/provider_key ] || printf '' | write_secret provider_key
else
    [ -n "$mode" ] || choose_mode
    make_settings
    say "Made .env and the folder secrets for the mode $mode."
fi
documents=$(sed -n 's/^DOCUMENTS_FOLDER=//p' .env)
mkdir -p "${documents:-documents}"
if [ "$start" = no ]; then exit 0; fi

if [ "$mode" = local ] && [ "$pull" = yes ]; then
    embedder=$(sed -n 's/^LOCAL_EMBEDDING_MODEL=//p' .env)
    say 'Fetching the embedding model, if it is not there...'
    docker compose run --rm --build models pull "${embedder:-all-MiniLM-L6-v2}" || fail 'the embedding model could not be fetched; without a connection, bring it as docs/local-offline-deployment.md says, and use --no-pull.'
fi
say 'Building and starting; the first time takes some minutes...'
if ! docker compose up --detach --build --wait; then
    docker compose ps --all || true
    fail "not everything became healthy. 'docker compose logs SERVICE' says why."
fi
say 'Synapse is ready. Open this link to sign in; it works once, for 15 minutes:'
say "  $(docker compose exec -T synapse synapse sign-in)"
say "Put documents into ${documents:-./documents}. 'docker compose exec synapse synapse sign-in' prints another link, 'docker compose down' stops everything."

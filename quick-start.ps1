<#
.SYNOPSIS
Starts Synapse with Docker Compose: checks what is there, makes .env and the secrets, starts, waits for health, prints the address.
.DESCRIPTION
Run it again at any time: what is there is kept. Without -Mode it asks. Values that a mode needs are taken from the environment variables that
.env.example describes (OPENAI_API_KEY, AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_CHAT_DEPLOYMENT, AZURE_OPENAI_API_KEY), else they are asked for.
.PARAMETER Mode
openai, azure, local (offline; a chat model lies in ./models) or none (answers are quotes).
.PARAMETER Documents
The folder to index; ./documents by default.
.PARAMETER Port
The port of the page; 3000 by default.
.PARAMETER NoPull
With the mode local: fetch no embedding model, it is in its volume already.
.PARAMETER NoStart
Only make .env and the secrets.
.EXAMPLE
./quick-start.ps1 -Mode openai
#>
[CmdletBinding()]
param(
    [ValidateSet('', 'openai', 'azure', 'local', 'none')] [string] $Mode = '',
    [string] $Documents = '',
    [ValidateRange(0, 65535)] [int] $Port = 0,
    [switch] $NoPull,
    [switch] $NoStart
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot

function Stop-Start([string] $Message) {
    [Console]::Error.WriteLine("quick-start: $Message")
    exit 1
}

# Compose and the containers read these files: UTF-8 without a mark, lines that end as on Unix.
function Write-Text([string] $Path, [string] $Text) {
    [IO.File]::WriteAllText((Join-Path $PSScriptRoot $Path), $Text, (New-Object Text.UTF8Encoding $false))
}

# A value of the environment, else one that is asked for. Secrets are not shown while they are typed.
function Get-Answer([string] $Name, [string] $Question, [switch] $Secret, [switch] $Optional) {
    $value = [Environment]::GetEnvironmentVariable($Name)
    if ([string]::IsNullOrEmpty($value)) {
        if ([Console]::IsInputRedirected) {
            $value = [Console]::In.ReadLine()
        }
        elseif ($Secret) {
            $typed = [Runtime.InteropServices.Marshal]::SecureStringToBSTR((Read-Host -Prompt $Question -AsSecureString))
            $value = [Runtime.InteropServices.Marshal]::PtrToStringBSTR($typed)
            [Runtime.InteropServices.Marshal]::ZeroFreeBSTR($typed)
        }
        else {
            $value = Read-Host -Prompt $Question
        }
    }

    if ([string]::IsNullOrEmpty($value) -and -not $Optional) { Stop-Start "$Question is needed: set $Name, or type it." }
    return $value
}

function Test-Command([string[]] $Arguments) {
    $ErrorActionPreference = 'Continue'
    & docker @Arguments *> $null
    return $LASTEXITCODE -eq 0
}

function Assert-Docker {
    if (-not (Get-Command docker -ErrorAction SilentlyContinue)) { Stop-Start "Docker is not installed, or 'docker' is not on the PATH. Install Docker Desktop, or Docker Engine with its Compose plugin: https://docs.docker.com/get-docker/" }
    if (-not (Test-Command 'compose', 'version')) { Stop-Start 'Docker has no Compose plugin. Install it: https://docs.docker.com/compose/install/' }
    if (-not (Test-Command 'info')) { Stop-Start 'The Docker engine does not answer. Start it.' }
}

function Get-Mode {
    Write-Host 'Which models shall write the answers?'
    Write-Host '  1  OpenAI             a key; passages of your documents are sent there'
    Write-Host '  2  Azure OpenAI       a resource with a deployment; passages are sent there'
    Write-Host '  3  local models       a model file in ./models; nothing leaves this machine'
    Write-Host '  4  none               answers are quotes; nothing leaves this machine'
    $number = if ([Console]::IsInputRedirected) { [Console]::In.ReadLine() } else { Read-Host -Prompt 'Number' }
    switch ($number) {
        { $_ -in '1', 'openai' } { return 'openai' }
        { $_ -in '2', 'azure' } { return 'azure' }
        { $_ -in '3', 'local' } { return 'local' }
        { $_ -in '4', 'none' } { return 'none' }
        default { Stop-Start 'no mode was chosen: type 1, 2, 3 or 4, or run it with -Mode.' }
    }
}

function New-Secret {
    $bytes = New-Object byte[] 32
    $random = [Security.Cryptography.RandomNumberGenerator]::Create()
    $random.GetBytes($bytes)
    $random.Dispose()
    return -join ($bytes | ForEach-Object { $_.ToString('x2') })
}

function Write-Secret([string] $Name, [string] $Content) {
    if (-not (Test-Path "secrets/$Name")) { Write-Text "secrets/$Name" $Content }
}

function Initialize-Secrets {
    $null = New-Item -ItemType Directory -Force -Path secrets
    if ($PSVersionTable.PSVersion.Major -ge 6 -and -not $IsWindows) { & chmod 700 secrets }
    foreach ($name in 'database_admin_password', 'database_password', 'llm_key', 'embedding_key') { Write-Secret $name (New-Secret) }
}

function Initialize-Settings([string] $Chosen) {
    $lines = New-Object Collections.Generic.List[string]
    $lines.Add("# Made by quick-start for the mode $Chosen. .env.example describes all settings.")
    $secret = ''
    switch ($Chosen) {
        'openai' {
            $secret = Get-Answer OPENAI_API_KEY 'Key of OpenAI (sk-...)' -Secret
            $lines.Add('OPENAI_API_KEY_FILE=/run/secrets/provider_key')
        }
        'azure' {
            $lines.Add('USE_AZURE_OPENAI=true')
            $lines.Add('AZURE_OPENAI_ENDPOINT=' + (Get-Answer AZURE_OPENAI_ENDPOINT 'Endpoint of the resource (https://NAME.openai.azure.com)'))
            $lines.Add('AZURE_OPENAI_CHAT_DEPLOYMENT=' + (Get-Answer AZURE_OPENAI_CHAT_DEPLOYMENT 'Name of the deployment that writes answers'))
            $embedding = Get-Answer AZURE_OPENAI_EMBEDDING_DEPLOYMENT 'Name of the deployment that embeds (empty: embed on this machine)' -Optional
            if ($embedding) { $lines.Add("AZURE_OPENAI_EMBEDDING_DEPLOYMENT=$embedding") }
            $secret = Get-Answer AZURE_OPENAI_API_KEY 'Key of the resource' -Secret
            $lines.Add('AZURE_OPENAI_API_KEY_FILE=/run/secrets/provider_key')
        }
        'local' {
            $models = @(Get-ChildItem -Path models -Filter *.gguf -ErrorAction SilentlyContinue | Sort-Object Name)
            if ($models.Count -eq 0) { Stop-Start 'there is no chat model: put a GGUF file into ./models, such as one of https://huggingface.co/models?library=gguf (docs/local-offline-deployment.md says which).' }
            $lines.Add('COMPOSE_FILE=docker-compose.local.yml')
            $lines.Add('COMPOSE_PROFILES=llamacpp')
            $lines.Add("LLM_MODEL_FILE=$($models[0].Name)")
        }
    }

    if ($Documents) { $lines.Add("DOCUMENTS_FOLDER=$Documents") }
    if ($Port) { $lines.Add("PORT=$Port") }
    Initialize-Secrets
    Write-Secret provider_key $secret
    Write-Text '.env' (($lines -join "`n") + "`n")
}

if (-not $NoStart) { Assert-Docker }
if (Test-Path .env) {
    $made = ''
    if ((Get-Content .env -Raw) -match '# Made by quick-start for the mode (\w+)\.') { $made = $Matches[1] }
    if ($Mode -and $made -and $Mode -ne $made) { Stop-Start "the file .env is for the mode $made. Change it by hand, or move it and secrets/provider_key away and run this again." }
    if ($made) { $Mode = $made }
    Write-Host 'The file .env is there already and is kept.'
    Initialize-Secrets
    Write-Secret provider_key ''
}
else {
    if (-not $Mode) { $Mode = Get-Mode }
    Initialize-Settings $Mode
    Write-Host "Made .env and the folder secrets for the mode $Mode."
}

$folder = './documents'
if ((Get-Content .env -Raw) -match '(?m)^DOCUMENTS_FOLDER=(.+?)\r?$') { $folder = $Matches[1] }
$null = New-Item -ItemType Directory -Force -Path $folder
if ($NoStart) { exit 0 }

if ($Mode -eq 'local' -and -not $NoPull) {
    $embedder = 'all-MiniLM-L6-v2'
    if ((Get-Content .env -Raw) -match '(?m)^LOCAL_EMBEDDING_MODEL=(\S+)') { $embedder = $Matches[1] }
    Write-Host 'Fetching the embedding model, if it is not there...'
    & docker compose run --rm --build models pull $embedder
    if ($LASTEXITCODE -ne 0) { Stop-Start 'the embedding model could not be fetched; without a connection, bring it as docs/local-offline-deployment.md says, and use -NoPull.' }
}

Write-Host 'Building and starting; the first time takes some minutes...'
& docker compose up --detach --build --wait
if ($LASTEXITCODE -ne 0) {
    & docker compose ps --all
    Stop-Start "not everything became healthy. 'docker compose logs SERVICE' says why."
}

Write-Host 'Synapse is ready. Open this link to sign in; it works once, for 15 minutes:'
Write-Host ('  ' + (& docker compose exec -T synapse synapse sign-in))
Write-Host "Put documents into $folder. 'docker compose exec synapse synapse sign-in' prints another link, 'docker compose down' stops everything."

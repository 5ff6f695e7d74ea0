// Synapse on Azure: Container Apps, PostgreSQL flexible server with pgvector, and Azure OpenAI with two deployments, signed in to by a managed identity.
// docs/azure-openai-integration.md says how to deploy it:
//   az deployment group create --resource-group RESOURCE_GROUP --template-file deploy/azure/main.bicep --parameters image=IMAGE databasePassword=... apiToken=...

@description('Prefix of all names; with the group it makes names that are unique in the world.')
@minLength(2)
@maxLength(12)
param name string = 'synapse'

@description('Region of everything but the models.')
param location string = resourceGroup().location

@description('Region of the Azure OpenAI resource: one that offers both models.')
param openAILocation string = location

@description('Image of the server, with its version, in a registry that the container app can reach.')
param image string

@description('Name of an Azure Container Registry of this resource group that holds the image; empty for a public registry.')
param registryName string = ''

@description('Password of the administrator of the database, which is the role that Synapse uses.')
@secure()
@minLength(16)
param databasePassword string

@description('Bearer token of the HTTP API: 40 characters or more.')
@secure()
@minLength(40)
param apiToken string

@description('Model that writes answers.')
param chatModel string

@description('Version of that model.')
param chatModelVersion string

@description('Model that embeds; empty embeds with the built-in model, and no document is sent anywhere to be embedded.')
param embeddingModel string = 'text-embedding-3-small'

@description('Version of that model.')
param embeddingModelVersion string = '1'

@description('Thousands of tokens per minute of each deployment.')
@minValue(1)
param capacity int = 50

@description('Servers at least and at most.')
@minValue(1)
param replicas int = 2

@description('Everything in a virtual network: no public address for database and models. The page stays reachable from the internet unless internalPage is set.')
param privateNetworking bool = false

@description('With privateNetworking: the page is reachable from the virtual network alone.')
param internalPage bool = false

@description('SKU of the database.')
param databaseSku string = 'Standard_B2s'

@description('Tier of that SKU.')
@allowed(['Burstable', 'GeneralPurpose', 'MemoryOptimized'])
param databaseTier string = 'Burstable'

var suffix = uniqueString(resourceGroup().id, name)
var databaseName = 'synapse'
var databaseUser = 'synapse'
var chatDeployment = 'chat'
var embeddingDeployment = 'embedding'
var embeds = !empty(embeddingModel)
// Cognitive Services OpenAI User, and AcrPull.
var openAIUserRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd')
var acrPullRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
  }
}

// --- Network, where everything is to be private ------------------------------------------------------------------------

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = if (privateNetworking) {
  name: '${name}-network'
  location: location
  properties: {
    addressSpace: { addressPrefixes: ['10.90.0.0/16'] }
    subnets: [
      {
        name: 'apps'
        properties: {
          addressPrefix: '10.90.0.0/23'
          delegations: [{ name: 'apps', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'database'
        properties: {
          addressPrefix: '10.90.2.0/24'
          delegations: [{ name: 'database', properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: '10.90.3.0/24' }
      }
    ]
  }

  resource apps 'subnets' existing = { name: 'apps' }
  resource database 'subnets' existing = { name: 'database' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

resource databaseZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (privateNetworking) {
  name: '${name}-${suffix}.private.postgres.database.azure.com'
  location: 'global'

  resource link 'virtualNetworkLinks' = {
    name: 'network'
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
}

resource openAIZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (privateNetworking) {
  name: 'privatelink.openai.azure.com'
  location: 'global'

  resource link 'virtualNetworkLinks' = {
    name: 'network'
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
}

resource openAIEndpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = if (privateNetworking) {
  name: '${name}-openai'
  location: location
  properties: {
    subnet: { id: network::endpoints.id }
    privateLinkServiceConnections: [{ name: 'openai', properties: { privateLinkServiceId: openAI.id, groupIds: ['account'] } }]
  }

  resource zones 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: 'openai', properties: { privateDnsZoneId: openAIZone.id } }] }
  }
}

// --- Azure OpenAI: no keys, a role for the identity --------------------------------------------------------------------

resource openAI 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: '${name}-${suffix}'
  location: openAILocation
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    // Entra ID needs a name of the resource's own, and keys are switched off.
    customSubDomainName: '${name}-${suffix}'
    disableLocalAuth: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
  }
}

resource chat 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = {
  parent: openAI
  name: chatDeployment
  sku: { name: 'Standard', capacity: capacity }
  properties: { model: { format: 'OpenAI', name: chatModel, version: chatModelVersion } }
}

// Deployments of one resource are made one after another.
resource embedding 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = if (embeds) {
  parent: openAI
  name: embeddingDeployment
  sku: { name: 'Standard', capacity: capacity }
  properties: { model: { format: 'OpenAI', name: embeddingModel, version: embeddingModelVersion } }
  dependsOn: [chat]
}

resource mayUseModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(openAI.id, identity.id, openAIUserRole)
  scope: openAI
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: openAIUserRole
  }
}

// --- PostgreSQL with pgvector ------------------------------------------------------------------------------------------

resource postgres 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' = {
  name: '${name}-${suffix}'
  location: location
  sku: { name: databaseSku, tier: databaseTier }
  properties: {
    version: '17'
    administratorLogin: databaseUser
    administratorLoginPassword: databasePassword
    storage: { storageSizeGB: 32, autoGrow: 'Enabled' }
    backup: { backupRetentionDays: 14, geoRedundantBackup: 'Disabled' }
    highAvailability: { mode: 'Disabled' }
    network: privateNetworking
      ? { delegatedSubnetResourceId: network::database.id, privateDnsZoneArmResourceId: databaseZone.id }
      : { publicNetworkAccess: 'Enabled' }
  }
  dependsOn: [databaseZone::link]

  // The extension has to be allowed before anybody can make it.
  resource extensions 'configurations' = {
    name: 'azure.extensions'
    properties: { value: 'VECTOR', source: 'user-override' }
  }

  resource database 'databases' = {
    name: databaseName
    properties: { charset: 'UTF8', collation: 'en_US.utf8' }
    dependsOn: [extensions]
  }

  // Of Azure's own addresses, since the container apps have no fixed ones without a network.
  resource azure 'firewallRules' = if (!privateNetworking) {
    name: 'azure'
    properties: { startIpAddress: '0.0.0.0', endIpAddress: '0.0.0.0' }
    dependsOn: [database]
  }
}

// --- The servers -------------------------------------------------------------------------------------------------------

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = if (!empty(registryName)) {
  name: empty(registryName) ? 'none00' : registryName
}

resource mayPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryName)) {
  name: guid(resourceGroup().id, registryName, identity.id, acrPullRole)
  scope: registry
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: acrPullRole
  }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: '${name}-environment'
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: { customerId: logs.properties.customerId, sharedKey: logs.listKeys().primarySharedKey }
    }
    vnetConfiguration: privateNetworking ? { infrastructureSubnetId: network::apps.id, internal: internalPage } : null
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
  }
}

resource app 'Microsoft.App/containerApps@2024-03-01' = {
  name: name
  location: location
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    managedEnvironmentId: environment.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: !(privateNetworking && internalPage)
        targetPort: 3000
        transport: 'http'
        allowInsecure: false
        // A page keeps a connection to one server while it is open.
        stickySessions: { affinity: 'sticky' }
      }
      registries: empty(registryName) ? [] : [{ server: '${registryName}.azurecr.io', identity: identity.id }]
      secrets: [
        { name: 'database-password', value: databasePassword }
        { name: 'api-token', value: apiToken }
      ]
    }
    template: {
      containers: [
        {
          name: 'synapse'
          image: image
          args: ['serve']
          resources: { cpu: json('1.0'), memory: '2Gi' }
          env: concat([
            { name: 'DATABASE_URL', value: 'postgres://${databaseUser}@${postgres.properties.fullyQualifiedDomainName}:5432/${databaseName}?sslmode=verify-full' }
            { name: 'DATABASE_PASSWORD_FILE', value: '/run/secrets/synapse/database-password' }
            { name: 'SYNAPSE_TOKEN_FILE', value: '/run/secrets/synapse/api-token' }
            { name: 'SYNAPSE_PUBLIC_URL', value: 'https://${name}.${environment.properties.defaultDomain}' }
            { name: 'USE_AZURE_OPENAI', value: 'true' }
            { name: 'AZURE_OPENAI_ENDPOINT', value: 'https://${name}-${suffix}.openai.azure.com' }
            { name: 'AZURE_OPENAI_CHAT_DEPLOYMENT', value: chatDeployment }
            { name: 'AZURE_OPENAI_USE_ENTRA', value: 'true' }
            { name: 'AZURE_OPENAI_CREDENTIAL', value: 'managed_identity' }
            { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
          ], embeds ? [{ name: 'AZURE_OPENAI_EMBEDDING_DEPLOYMENT', value: embeddingDeployment }] : [])
          volumeMounts: [
            { volumeName: 'secrets', mountPath: '/run/secrets/synapse' }
            { volumeName: 'data', mountPath: '/data' }
          ]
          // The server answers for names that it knows alone, and a probe comes by the address of the replica.
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/api/health/live', port: 3000, httpHeaders: [{ name: 'Host', value: 'localhost' }] }
              periodSeconds: 2
              failureThreshold: 60
            }
            {
              type: 'Liveness'
              httpGet: { path: '/api/health/live', port: 3000, httpHeaders: [{ name: 'Host', value: 'localhost' }] }
              periodSeconds: 10
              timeoutSeconds: 5
            }
            {
              type: 'Readiness'
              httpGet: { path: '/api/health/ready', port: 3000, httpHeaders: [{ name: 'Host', value: 'localhost' }] }
              periodSeconds: 5
              timeoutSeconds: 5
            }
          ]
        }
      ]
      scale: { minReplicas: replicas, maxReplicas: replicas }
      volumes: [
        { name: 'secrets', storageType: 'Secret', secrets: [{ secretRef: 'database-password', path: 'database-password' }, { secretRef: 'api-token', path: 'api-token' }] }
        { name: 'data', storageType: 'EmptyDir' }
      ]
    }
  }
  dependsOn: [mayUseModels, mayPull, chat, embedding, postgres::database, openAIEndpoint::zones]
}

@description('Where the page is.')
output address string = 'https://${app.properties.configuration.ingress.fqdn}'

@description('The Azure OpenAI endpoint, for synapse doctor and tests of your own.')
output openAIEndpointAddress string = 'https://${name}-${suffix}.openai.azure.com'

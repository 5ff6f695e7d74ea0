using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Synapse.Server.Hosting;

/// <summary>What the OpenAPI document says beyond the routes.</summary>
internal static class ApiDescription
{
    public static void Configure(OpenApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddDocumentTransformer((document, _, cancellationToken) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            document.Info = new OpenApiInfo
            {
                Title = "Synapse",
                Version = "v1",
                Description = "Search your own documents and get cited answers. Errors are problem documents with a stable code; docs/http-api.md lists them.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["token"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "The token of the data folder, from its file 'token'.",
                },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        });
    }
}

"""HTTP plumbing that scim, sso, pages and console share: context, headers, forms, error pages. It knows no rule."""

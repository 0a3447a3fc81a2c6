package io.fairlead.configs.references;

import io.fairlead.configs.validation.IstioKind;

/** The name of a resource, which no other one has. */
public record ResourceName(IstioKind kind, String namespace, String name) {}

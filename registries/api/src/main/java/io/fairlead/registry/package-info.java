/**
 * The service provider interface of registry adapters, in registry-neutral terms: an adapter turns
 * what it reads into {@link io.fairlead.registry.Service} values and hands them to its {@link
 * io.fairlead.registry.RegistrySink}. Nothing here knows Istio.
 */
@NullMarked
package io.fairlead.registry;

import org.jspecify.annotations.NullMarked;

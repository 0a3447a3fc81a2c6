/**
 * Mirrors Nacos namespaces. One source is canonical for a service's content: the HTTP API where it
 * answers, the client's direct query elsewhere. Everything else (pushes, lists with counts, whole
 * reads) only marks a service as suspect; a direct read settles it.
 */
@NullMarked
package io.fairlead.registry.nacos;

import org.jspecify.annotations.NullMarked;

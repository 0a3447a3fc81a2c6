/**
 * What resources say about each other and about the services that are served: names of nobody, and
 * resources of which one has no effect for another's sake.
 */
@NullMarked
package io.fairlead.configs.references;

import org.jspecify.annotations.NullMarked;

/**
 * The check of references between resources and to the services that are served: names that nobody
 * has, and resources of which one has no effect because of another.
 */
@NullMarked
package io.fairlead.configs.references;

import org.jspecify.annotations.NullMarked;

/**
 * The registry type {@code file}: services in YAML files, watched. A change is read as a whole and
 * checked before anything of it is passed on; a broken file changes nothing.
 */
@NullMarked
package io.fairlead.registry.file;

import org.jspecify.annotations.NullMarked;

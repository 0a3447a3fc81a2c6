@NullMarked
package io.fairlead.registry.file;

import org.jspecify.annotations.NullMarked;

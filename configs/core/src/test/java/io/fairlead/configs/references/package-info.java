@NullMarked
package io.fairlead.configs.references;

import org.jspecify.annotations.NullMarked;
